#!/usr/bin/env python3
"""A QKeras network on hardware integers, scaled as the firmware scales them: stage 2 of the scouting pipeline.

usage: keras_network.py MODEL.h5 DATA.h5 FOLDER       puts the model there, and beside it the normalisation of DATA.h5 with
                                                      scales of powers of two, as firmware wants it: network.h5, network.yaml

Needs tensorflow 2.15 and qkeras 0.9.0, which the project does not install.
"""
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from qkeras import quantized_bits
from qkeras.utils import load_qmodel


def load(path, bias, scale, batch):
    """A function from hardware integers (events, 57) to float32 scores (events, 1), on one thread."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    network = load_qmodel(path, compile=False)
    wide, data, out = quantized_bits(18, 12, alpha=1), quantized_bits(14, 5, alpha=1), quantized_bits(18, 13, alpha=1)
    hardware = tf.keras.Input(len(bias))
    scaled = tf.keras.layers.Lambda(lambda x: data(wide(wide(x - bias) * (1 / scale))))(hardware)
    whole = tf.keras.Model(hardware, tf.keras.layers.Lambda(out)(network(scaled)))
    whole.predict(np.zeros((batch, len(bias)), np.float32), batch_size=batch, verbose=0)  # builds its graph
    return lambda events: whole.predict(events.astype(np.float32), batch_size=batch, verbose=0)


def main(model, data, folder):
    from qkeras_score import pow2_normalisation
    bias, scale = pow2_normalisation(data)
    shutil.copyfile(model, Path(folder) / "network.h5")
    (Path(folder) / "network.yaml").write_text(f"norm_bias: {bias.tolist()}\nnorm_scale: {scale.tolist()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
