#!/usr/bin/env python3
"""What QKeras 0.9 computes with our build.h5: bundle_keras.py PROGRAM BUILD MODEL DATA FOLDER.

Loads BUILD with Keras, feeds it all test events of the packed file DATA as firmware would see them, and compares its
scores with the integers of `PROGRAM score --model MODEL`. Prints how many differ, by how much, and how large the scores
are there: float32 holds 24 bits, so a score above 2^20 (x 16) may be rounded.
"""
import json
import os
import subprocess
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import numpy as np
from qkeras.utils import _add_supported_quantized_objects
from tensorflow.keras.models import load_model


def quantised(x, bits, integer):
    step = 2.0 ** (integer + 1 - bits)
    return np.clip(np.rint(x / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step


def main():
    program, build, model, data, folder = sys.argv[1:]
    with h5py.File(data) as file:
        x = file["Background_data/Test/DATA"][:].astype("f8")
        scale, bias = file["Normalisation/norm_scale"][:], file["Normalisation/norm_bias"][:]
    hardware = np.rint(x * scale + bias).astype("i2").reshape(len(x), -1)
    np.save(f"{folder}/hardware.npy", hardware)
    subprocess.run([program, "score", "-q", "--model", model, "--input", f"{folder}/hardware.npy", "--output",
                    f"{folder}/scores.npy"], check=True)
    ours = np.rint(np.load(f"{folder}/scores.npy").ravel() * 16).astype("i8")

    wide = lambda v: quantised(v, 18, 12)
    firmware = quantised(wide(wide(hardware + (-bias.ravel()).astype("f4")) * (1 / scale.ravel()).astype("f4")), 14, 7)
    objects = {}
    _add_supported_quantized_objects(objects)
    keras = load_model(build, custom_objects=objects, compile=False)
    values = keras.predict(firmware.astype("f4"), batch_size=4096, verbose=0).ravel().astype("f8")
    theirs = np.clip(np.rint(values * 16), -(2**17), 2**17 - 1).astype("i8")
    differ = ours != theirs
    print(json.dumps({"events": len(ours), "different": int(differ.sum()), "most": int(np.abs(ours - theirs).max()),
                      "least_score_there": float(values[differ].min()) if differ.any() else None,
                      "distinct": len(np.unique(ours))}))


main()
