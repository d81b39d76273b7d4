"""Small QONNX models and what the qonnx package computes for them: one file NAME.onnx a case, and cases.npz with NAME.x
and NAME.y. Values stay where float32 is exact, so the two must agree to the last bit.

usage: qonnx_cases.py FOLDER
"""
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from qonnx.custom_op import registry

EVENTS = 40


class Model:
    """A graph under construction; every method returns the name of a tensor."""

    def __init__(self, shape, step=1.0, span=200, seed=1):
        self.nodes, self.constants, self.shape = [], {}, list(shape)
        random = np.random.default_rng(seed)
        self.x = (random.integers(-span, span + 1, size=[EVENTS] + self.shape) * step).astype(np.float32)
        self.x.reshape(-1)[:8] = np.array([0, 1, -1, 2, -2, 0.5, -0.5, 3]) * max(step, 1)
        if step >= 1:
            self.x = np.round(self.x)
        self.count = 0

    def const(self, value, dtype=np.float32, name=None):
        array = np.asarray(value, dtype=dtype)
        for known, old in self.constants.items():
            if old.dtype == array.dtype and old.shape == array.shape and (old == array).all():
                return known  # shared, as exporters do
        name = name or f"c{len(self.constants)}"
        self.constants[name] = array
        return name

    def op(self, kind, *inputs, domain="", outputs=1, **attributes):
        self.count += 1
        names = [f"{kind.lower()}{self.count}" + ("" if outputs == 1 else f"_{k}") for k in range(outputs)]
        inputs = [i if isinstance(i, str) else self.const(i) for i in inputs]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, name="n_" + names[0], **attributes))
        return names[0] if outputs == 1 else names

    def quant(self, x, bits, scale, signed=1, narrow=0, mode="ROUND", op="Quant"):
        return self.op(op, x, np.float32(scale), np.float32(0), np.float32(bits), domain="qonnx.custom_op.general",
                       signed=signed, narrow=narrow, rounding_mode=mode)

    def build(self, outputs, batch):
        ports = [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs]
        graph = helper.make_graph(
            self.nodes, "case", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch] + self.shape)], ports,
            [numpy_helper.from_array(a, n) for n, a in self.constants.items()])
        return helper.make_model(graph, ir_version=8, opset_imports=[
            helper.make_opsetid("", 13), helper.make_opsetid("qonnx.custom_op.general", 1)])


CASES = {}


def case(shape, **keywords):
    def register(f):
        def build():
            m = Model(shape, **keywords)
            out = f(m)
            return m, out
        CASES[f.__name__] = build
        return f
    return register


def all_roundings(signed, narrow):
    def f(m):
        modes = ["ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"]
        return m.op("Concat", *[m.quant("x", 6, 0.25, signed, narrow, mode) for mode in modes], axis=1)
    return f


for s in (0, 1):
    for n in (0, 1):
        g = all_roundings(s, n)
        g.__name__ = f"roundings_signed{s}_narrow{n}"
        case([5], step=1 / 16, span=300)(g)


@case([6])
def bipolar(m):
    a = m.quant("x", 1, 1.0)
    b = m.op("BipolarQuant", "x", np.float32(0.5), domain="qonnx.custom_op.general")
    return m.op("Add", a, b)


@case([4], step=1 / 32)
def per_channel_scales(m):
    return m.quant("x", 5, [[0.5, 0.25, 2.0, 1.0]], op="IntQuant")


@case([7], span=100)
def layers(m):
    r = np.random.default_rng(3)
    x = m.quant("x", 8, 1.0)
    for k, (i, o) in enumerate([(7, 5), (5, 4), (4, 1)]):
        w = m.quant(m.const(r.normal(0, 1, (i, o)), name=f"w{k}"), 4, 0.125)
        b = m.quant(m.const(r.normal(0, 1, o), name=f"b{k}"), 4, 0.125)
        x = m.op("Relu", m.op("Add", m.op("MatMul", x, w), b))
        x = m.quant(x, 10, 0.0625, signed=0)
    return x


@case([5])
def gemm(m):
    r = np.random.default_rng(4)
    w = m.quant(m.const(r.normal(0, 1, (3, 5))), 5, 0.25)
    return m.op("Gemm", "x", w, r.integers(-8, 8, 3) / 4, transB=1, alpha=0.5, beta=2.0)


@case([5])
def transposed_weights(m):
    """As Brevitas exports a linear layer: constants as nodes, weights transposed behind their quantiser."""
    r = np.random.default_rng(5)
    scale = helper.make_node("Constant", [], ["scale"], value=numpy_helper.from_array(np.float32(0.125)))
    m.nodes.append(scale)
    w = m.op("Quant", m.const(r.normal(0, 1, (3, 5))), "scale", np.float32(0), np.float32(4),
             domain="onnx.brevitas", signed=1, narrow=1, rounding_mode="ROUND")
    return m.op("Add", r.integers(-8, 8, 3) / 4, m.op("MatMul", "x", m.op("Transpose", w, perm=[1, 0])))


@case([3])
def batch_normalization(m):
    return m.op("BatchNormalization", "x", [1.5, -2, 0.25], [0.5, 1, 2], [3, -0.25, 0], [3.75, 15.75, 0], epsilon=0.25)


@case([6], span=9000)
def wrap_around(m):
    y = m.op("Mul", m.op("Sub", m.quant("x", 14, 1.0), [18, 0, 72, 7, 1.5, -3]), [0.125, 1, 0.5, 2, 0.25, 1])
    return m.op("Sub", y, m.quant(m.op("Add", y, np.float32(512)), 8, 1024.0, mode="FLOOR"))


@case([6], span=9000)
def wrap_that_saturates(m):
    y = m.quant("x", 14, 1.0)
    return m.op("Sub", y, m.quant(m.op("Add", y, np.float32(512)), 2, 1024.0, mode="FLOOR"))


@case([6], step=1 / 8, span=500)
def truncated_products(m):
    r = np.random.default_rng(6)
    x = m.quant("x", 8, 0.25)
    w = m.quant(m.const(r.normal(0, 1, (6, 4))), 5, 0.125)
    p = m.op("Mul", m.op("Unsqueeze", x, m.const([2], np.int64)), w)
    y = m.op("ReduceSum", m.quant(p, 7, 0.125, mode="FLOOR"), m.const([1], np.int64), keepdims=0)
    return m.op("Add", y, m.quant(m.const([0.5, 0.125, -1, 0]), 5, 0.125))


@case([4], span=60)
def sums_of_squares(m):
    a = m.op("ReduceSum", m.op("Mul", "x", "x"), m.const([1], np.int64), keepdims=1)
    b = m.op("ReduceSumSquare", "x", axes=[1], keepdims=1)
    c = m.op("ReduceMean", m.op("Pow", "x", np.float32(2)), axes=[-1], keepdims=1)
    return m.op("Sub", m.op("Add", a, b), m.op("Mul", c, np.float32(3)))


@case([12])
def moves(m):
    i64 = lambda v: m.const(v, np.int64)
    y = m.op("Reshape", "x", i64([-1, 3, 4]))
    y = m.op("Transpose", y, perm=[0, 2, 1])
    y = m.op("Slice", y, i64([0, -1]), i64([3, -100]), i64([1, 2]), i64([1, -2]))
    y = m.op("Flatten", y)
    z = m.op("Gather", "x", i64([3, 0, -1]), axis=1)
    a, b = m.op("Split", "x", i64([5, 7]), outputs=2, axis=1)
    u = m.op("Squeeze", m.op("Unsqueeze", b, i64([1])), i64([1]))
    return m.op("Concat", y, z, a, u, axis=-1)


@case([5], step=1 / 16)
def element_wise(m):
    x = m.quant("x", 12, 1 / 16)
    ops = [m.op("Clip", x, np.float32(-3), np.float32(4.5)), m.op("Abs", x), m.op("Neg", x),
           m.op("Floor", x), m.op("Ceil", x), m.op("Round", x), m.op("Min", x, np.float32(1.25)),
           m.op("Max", x, [1, 2, 3, 4, 5]), m.op("Div", x, np.float32(8)), m.op("Sub", np.float32(3), x),
           m.op("Cast", m.op("Cast", x, to=6), to=1), m.op("Identity", x)]
    return m.op("Concat", *ops, axis=1)


@case([4], step=1 / 8, span=600)
def truncations(m):
    g = "qonnx.custom_op.general"
    y = m.quant("x", 10, 0.125)
    return m.op("Trunc", y, np.float32(0.125), np.float32(0), np.float32(10), np.float32(7), domain=g,
                rounding_mode="FLOOR")


@case([4], step=1 / 8, span=600)
def truncations_with_output_scale(m):
    y = m.quant("x", 10, 0.125)
    return m.op("Trunc", y, np.float32(0.125), np.float32(0), np.float32(10), np.float32(0.5), np.float32(6),
                domain="qonnx.custom_op.general", rounding_mode="HALF_UP", signed=1, narrow=1)


@case([2, 3])
def matrices(m):
    r = np.random.default_rng(7)
    y = m.op("MatMul", "x", r.integers(-4, 5, (3, 2)) / 2)
    y = m.op("MatMul", m.op("Transpose", "x", perm=[0, 2, 1]), y)
    return m.op("Mul", y, np.float32(0.25))


@case([3])
def wide_sum(m):
    y = m.op("Expand", m.op("Unsqueeze", "x", m.const([1], np.int64)), m.const([1, 2, 3], np.int64))
    y = m.op("Add", y, [[0.5], [2]])
    return m.op("ReduceSum", y, m.const([1], np.int64), keepdims=0)


REFUSED = {  # name: (builder, what the message must hold)
    "sigmoid": (lambda m: m.op("Sigmoid", "x"), "n_sigmoid1"),
    "convolution": (lambda m: m.op("Conv", "x", np.ones((1, 1, 1), np.float32)), "MatMul with the unrolled kernel"),
    "mistyped": (lambda m: m.op("Relux", "x"), "Relu"),
    "zero_point": (lambda m: m.op("Quant", "x", np.float32(1), np.float32(3), np.float32(8), signed=1, narrow=0,
                                  domain="qonnx.custom_op.general", rounding_mode="ROUND"), "zero point"),
    "odd_scale": (lambda m: m.quant("x", 8, 0.3), "power of two"),
    "odd_rounding": (lambda m: m.quant("x", 8, 1.0, mode="FLOR"), "FLOOR"),
    "batch_normalization": (lambda m: m.op("BatchNormalization", "x", [1.0] * 4, [0.0] * 4, [0.0] * 4, [1.0] * 4),
                            "folded into the dense layer"),
    "over_the_batch": (lambda m: m.op("ReduceSum", "x", m.const([0], np.int64)), "batch"),
    "third": (lambda m: m.op("Div", "x", np.float32(3)), "power of two"),
    "not_a_number": (lambda m: m.op("Add", "x", np.float32("nan")), "finite"),
}


def run(model, x):
    """Node by node: ONNX Runtime for standard operators, qonnx for its own. No shapes are needed that way."""
    values = {model.graph.input[0].name: x, "": None}
    values.update({t.name: numpy_helper.to_array(t) for t in model.graph.initializer})
    for node in model.graph.node:
        if node.domain:
            copy = helper.make_node(node.op_type, node.input, node.output, domain="qonnx.custom_op.general")
            copy.attribute.extend(node.attribute)
            version = 2 if len(node.input) == 6 else 1
            registry.getCustomOp(copy, onnx_opset_version=version).execute_node(values, None)
            continue
        names = [n for n in dict.fromkeys(node.input) if n]
        ports = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(values[n].dtype), values[n].shape)
                 for n in names]
        graph = helper.make_graph([node], "g", ports, [helper.make_empty_tensor_value_info(o) for o in node.output])
        one = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
        session = onnxruntime.InferenceSession(one.SerializeToString(), providers=["CPUExecutionProvider"])
        values.update(zip(node.output, session.run(list(node.output), {n: values[n] for n in names})))
    return values[model.graph.output[0].name]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, build in CASES.items():
        m, out = build()
        model = m.build([out], "N")
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        arrays[f"{name}.x"], arrays[f"{name}.y"] = m.x.astype(np.float32), run(model, m.x).astype(np.float32)
    np.savez_compressed(folder / "cases.npz", **arrays)
    (folder / "refused").mkdir(exist_ok=True)
    for name, (build, words) in REFUSED.items():
        m = Model([4])
        model = m.build([build(m)], "N")
        (folder / "refused" / f"{name}.onnx").write_bytes(model.SerializeToString())
        (folder / "refused" / f"{name}.txt").write_text(words + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
