#!/usr/bin/env python3
"""QKeras' predict on a network of normalised inputs; answers a command a line by a line of JSON.

usage: qkeras_score.py MODEL.h5 VECTORS.npz DATA.h5 NORMALISATION.yaml

Inputs are scaled by the normalisation of DATA.h5 in the package's form "pow2": scales are rounded up to powers of two,
biases to integers, as firmware wants them. It is written to NORMALISATION.yaml first.

    compare PATH     the share of scores below 1024 that equal those in PATH (int32); beyond, float32 rounds
    predict BATCH    Model.predict on normalised float32 values that are ready in memory, TensorFlow on all its cores

Needs tensorflow 2.15 and qkeras 0.9.0, which the project does not install.
"""
import json
import statistics
import sys
import time
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test/peers"))
from qkeras_models import load_qmodel, scaled, score, tf  # noqa: E402

EVENTS, WINDOWS = 65_536, 7


def pow2_normalisation(data):
    with h5py.File(data) as f:
        bias, scale = f["Normalisation/norm_bias"][:].ravel(), f["Normalisation/norm_scale"][:].ravel()
    return np.round(bias), 2.0 ** np.ceil(np.log2(np.where(scale == 0, 1, scale)))


def main():
    model_path, vectors, data, yaml = sys.argv[1:]
    bias, scale = pow2_normalisation(data)
    Path(yaml).write_text(f"norm_bias: {bias.tolist()}\nnorm_scale: {scale.tolist()}\n")
    x = scaled(np.load(vectors)["inputs"], bias, scale).numpy()
    model = load_qmodel(model_path, compile=False)
    many = np.resize(x, (EVENTS, x.shape[1]))
    print(json.dumps({"name": f"qkeras 0.9.0, tensorflow {tf.__version__}"}), flush=True)
    for line in sys.stdin:
        verb, argument = line.split()
        if verb == "compare":
            found, expected = score(model.predict(x, verbose=0)), np.fromfile(argument, "i4")
            exact = expected < 1024 * 16
            print(json.dumps({"equal": float(np.mean(found[exact] == expected[exact])), "share": float(exact.mean())}), flush=True)
            continue
        seconds = []
        model.predict(many[: int(argument)], batch_size=int(argument), verbose=0)
        for _ in range(WINDOWS):
            start = time.perf_counter()
            model.predict(many, batch_size=int(argument), verbose=0)
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"events": EVENTS, "seconds": statistics.median(seconds)}), flush=True)


if __name__ == "__main__":
    main()
