"""Writes a small Brevitas network as Brevitas exports it to QONNX (test/model/data/brevitas.onnx), and what it computes
(brevitas.npz).

    python test/peers/brevitas_models.py test/model/data

Needs brevitas, torch, onnx and onnxscript (tried: brevitas 0.13.4, torch 2.12.1), which are too heavy for the tests
themselves: the results are kept. The notes on where in which file torch met each operation are left out.
"""
import sys
from pathlib import Path

import brevitas.nn as qnn
import numpy as np
import onnx
import torch
from brevitas.export import export_qonnx
from brevitas.quant import (Int8ActPerTensorFixedPoint, Int8BiasPerTensorFixedPointInternalScaling,
                            Int8WeightPerTensorFixedPoint, Uint8ActPerTensorFixedPoint)


def dense(inputs, outputs, bits):
    return qnn.QuantLinear(inputs, outputs, bias=True, weight_quant=Int8WeightPerTensorFixedPoint, weight_bit_width=bits,
                           bias_quant=Int8BiasPerTensorFixedPointInternalScaling)


class Network(torch.nn.Sequential):
    def __init__(self):
        super().__init__(
            qnn.QuantIdentity(act_quant=Int8ActPerTensorFixedPoint, bit_width=9),
            dense(11, 9, 5), qnn.QuantReLU(act_quant=Uint8ActPerTensorFixedPoint, bit_width=6),
            dense(9, 7, 4), torch.nn.BatchNorm1d(7), qnn.QuantReLU(act_quant=Uint8ActPerTensorFixedPoint, bit_width=7),
            dense(7, 4, 6), qnn.QuantIdentity(act_quant=Int8ActPerTensorFixedPoint, bit_width=12))


def main(folder):
    torch.manual_seed(7)
    model, x = Network(), torch.randn(500, 11) * 3
    with torch.no_grad():
        norm = model[4]  # with factors that fold exactly: variance + epsilon = 1, a power of two as weight
        norm.eps = 2.0**-10
        norm.weight.copy_(torch.tensor([0.5, 1, 2, 1, 0.25, 1, 1]))
        norm.bias.copy_(torch.arange(7) / 8)
    model.train()
    model[4].eval()
    norm.running_var.fill_(1 - norm.eps)
    for _ in range(30):
        model(x)  # the scales are statistics of what passes
    model.eval()
    with torch.no_grad():
        y = model(x)
    export_qonnx(model, torch.randn(1, 11), folder / "brevitas.onnx")
    file = onnx.load(folder / "brevitas.onnx")
    (folder / "brevitas.onnx.data").unlink(missing_ok=True)
    del file.metadata_props[:]
    for item in [file.graph, *file.graph.node, *file.graph.value_info, *file.graph.input, *file.graph.output]:
        del item.metadata_props[:]
        item.doc_string = ""
    onnx.save(file, folder / "brevitas.onnx")
    np.savez_compressed(folder / "brevitas.npz", x=x.numpy(), y=getattr(y, "value", y).numpy())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
