"""Writes a small HGQ2 network as QONNX (test/model/data/hgq.onnx), and what HGQ2 0.2.0 itself computes (hgq.npz).

    KERAS_BACKEND=jax python test/peers/hgq_models.py test/model/data

HGQ2 gives each weight and each feature a width of its own, and has no writer of QONNX in this version: each of its
quantisers becomes the nodes that say what its `call` computes. Rounding is half-up (FLOOR of x + half a step); data wrap
(x - FLOOR(x + offset) in steps of the range), weights saturate symmetrically; a width of 0 means 0. Needs HGQ2 0.2.0, jax
and onnx, which are too heavy for the tests themselves: the results are kept.
"""
import sys
from pathlib import Path

import keras
import numpy as np
from hgq.config import LayerConfigScope, QuantizerConfigScope
from hgq.layers import QDense
from hgq.utils import trace_minmax
from onnx import TensorProto, helper, numpy_helper


def make():
    """Trained for some steps against its own bits, so that widths differ and some become 0."""
    keras.utils.set_random_seed(5)
    rng = np.random.default_rng(5)
    x = rng.integers(-30, 31, size=(600, 9)).astype("f4")
    target = np.stack([np.abs(x[:, 0] - x[:, 3]), x[:, 1] * 0.5 + x[:, 2], np.maximum(x[:, 4], x[:, 5])], axis=1)
    weights = QuantizerConfigScope(place="weight", default_q_type="kif", i0=2, f0=3)
    data = QuantizerConfigScope(place="datalane", default_q_type="kif", i0=5, f0=2)
    with weights, data, LayerConfigScope(enable_ebops=True, beta0=2e-3):
        features = keras.Input((9,))
        hidden = QDense(8, activation="relu", name="first")(features)
        hidden = QDense(6, activation="relu", name="second")(hidden)
        model = keras.Model(features, QDense(3, name="score")(hidden))
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
    model.fit(x, target, batch_size=60, epochs=60, verbose=0)
    trace_minmax(model, x[:300])  # half of the events, so that some of the others wrap
    return model, x


class Writer:
    def __init__(self):
        self.nodes, self.constants = [], {}

    def const(self, value):
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(value, dtype=np.float32)
        return name

    def op(self, kind, *inputs, **attributes):
        inputs = [i if isinstance(i, str) else self.const(i) for i in inputs]
        output = f"{kind.lower()}{len(self.nodes)}"
        domain = "qonnx.custom_op.general" if kind == "Quant" else ""
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def quant(self, x, scale, bits, signed=1, narrow=0):
        return self.op("Quant", x, scale, 0.0, bits, signed=signed, narrow=narrow, rounding_mode="FLOOR")

    def data(self, x, quantiser, size):
        k, i, f = widths(quantiser, (1, size))
        live = k + i + f > 0
        k, i, f = np.where(live, [k, i, f], [[[1]], [[0]], [[0]]])
        step = 2.0**-f
        rounded = self.quant(self.op("Add", x, step / 2), step, 24.0)
        wraps = self.quant(self.op("Add", rounded, k * 2.0**i), 2.0 ** (i + k), 20.0)
        return self.op("Mul", self.op("Sub", rounded, wraps), live.astype("f4"))

    def weights(self, latent, quantiser):
        k, i, f = widths(quantiser, latent.shape)
        step = 2.0**-f
        return self.quant(self.const(latent + step / 2), step, np.maximum(k + i + f, 0), narrow=1)


def widths(quantiser, shape):
    """Sign, integer and fractional bits of every value."""
    inner = quantiser.quantizer
    return [np.broadcast_to(np.asarray(inner.bw_mapper.bw_to_x(w, shape)), shape).astype("f4") for w in inner.kif]


def main(folder):
    model, x = make()
    y = model.predict(x, verbose=0)
    out, value, layers = Writer(), "x", [layer for layer in model.layers if isinstance(layer, QDense)]
    for layer in layers:
        kernel = np.asarray(layer._kernel)
        value = out.data(value, layer.iq, kernel.shape[0])
        value = out.op("MatMul", value, out.weights(kernel, layer.kq))
        value = out.op("Add", value, np.asarray(layer.qbias))
        if layer.name != "score":
            value = out.op("Relu", value)
    port = lambda name, n: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", n])  # noqa: E731
    graph = helper.make_graph(out.nodes, "hgq", [port("x", 9)], [port(value, 3)],
                              [numpy_helper.from_array(a, n) for n, a in out.constants.items()])
    file = helper.make_model(graph, ir_version=8, opset_imports=[
        helper.make_opsetid("", 13), helper.make_opsetid("qonnx.custom_op.general", 1)])
    (folder / "hgq.onnx").write_bytes(file.SerializeToString())
    bias = [float(np.asarray(layer.bq.bits_(layer.bias.shape)).sum()) for layer in layers]
    np.savez_compressed(folder / "hgq.npz", x=x.astype("i2"), y=y.astype("f4"),
                        ebops=np.array([float(layer.ebops) for layer in layers]), bias_ebops=np.array(bias))
    for layer in layers:
        print(layer.name, "ebops", float(layer.ebops), "zero weights", float(np.mean(np.asarray(layer.qkernel) == 0)),
              "widths of inputs", np.sum(widths(layer.iq, (1, layer._kernel.shape[0])), axis=0).ravel())
    print("distinct", len(np.unique(y)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
