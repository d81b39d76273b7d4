"""What the qonnx package computes for models: one after the other, X.npy and MODEL.onnx in, Y.npy out.

usage: qonnx_run.py (MODEL X Y)...
"""
import sys

import numpy as np
import onnx
from qonnx_cases import run

if __name__ == "__main__":
    for model, x, y in zip(*[iter(sys.argv[1:])] * 3):
        np.save(y, run(onnx.load(model), np.load(x)).astype("f8"))
