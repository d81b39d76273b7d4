#!/usr/bin/env python3
"""ONNX Runtime on a quantised network, in two forms; answers a command a line by a line of JSON.

usage: onnxruntime_score.py MODEL.onnx VECTORS.npz

    float BATCH        the float network: a Gemm a layer, no quantiser, the scaling of the input folded into the first
    quantised BATCH    each quantiser as standard operators (Mul, Clip, rounding, Mul)

One thread. The quantised form is compared with the expected scores first; what float32 cannot hold is told as "equal".
"""
import json
import statistics
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

EVENTS, WINDOWS = 1_024, 301  # a time is of so many events, or of a batch; the median of so many times is the answer


def folded(model):
    """Constants by name, with the quantisers of weights and biases applied."""
    values = {i.name: numpy_helper.to_array(i).astype(np.float32) for i in model.graph.initializer}
    rest = []
    for node in model.graph.node:
        if node.op_type == "Quant" and node.input[0] in values:
            x, scale, _, bits = (values[name] for name in node.input)
            low, high = limits(node, int(bits))
            values[node.output[0]] = (np.clip(np.round(x / scale), low, high) * scale).astype(np.float32)
        else:
            rest.append(node)
    return values, rest


def limits(node, bits):
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if attributes["signed"]:
        return -(2.0 ** (bits - 1)) + attributes.get("narrow", 0), 2.0 ** (bits - 1) - 1
    return 0.0, 2.0**bits - 1 - attributes.get("narrow", 0)


def rounding(node):
    mode = {a.name: helper.get_attribute_value(a) for a in node.attribute}["rounding_mode"].decode()
    return {"ROUND": "Round", "FLOOR": "Floor"}[mode]


def standard(model):
    """The same network in ONNX's own operators, quantisers included."""
    values, rest = folded(model)
    nodes, names = [], {}
    for node in rest:
        inputs = [names.get(name, name) for name in node.input]
        if node.op_type == "Cast":
            names[node.output[0]] = inputs[0]
        elif node.op_type == "Quant":
            nodes += quantiser(node, inputs[0], values)
        else:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            nodes.append(helper.make_node(node.op_type, inputs, node.output, **attributes))
    return network(model, nodes, values)


def plain(model):
    """The float network at its fastest: a Gemm a layer, the input's scaling folded into the first one."""
    values, rest = folded(model)
    weights = [values[n.input[1]] for n in rest if n.op_type == "MatMul"]
    biases = [next(values[a.input[1]] for a in rest if a.op_type == "Add" and a.input[0] == n.output[0])
              for n in rest if n.op_type == "MatMul"]
    biases[0] = biases[0] - (values["offset"] * values["gain"]) @ weights[0]
    weights[0] = values["gain"][:, None] * weights[0]
    nodes, x, embedding = [], model.graph.input[0].name, None
    for k, (w, b) in enumerate(zip(weights, biases)):
        values[f"weight_{k}"], values[f"bias_{k}"] = w.astype(np.float32), b.astype(np.float32)
        nodes.append(helper.make_node("Gemm", [x, f"weight_{k}", f"bias_{k}"], [f"sum_{k}"]))
        x = f"sum_{k}"
        if k not in (4, 7):  # the latent and the reconstruction have no activation
            nodes.append(helper.make_node("Relu", [x], [f"relu_{k}"]))
            x = f"relu_{k}"
        embedding = x if k == 1 else embedding
    nodes.append(helper.make_node("Sub", [x, embedding], ["difference"]))
    nodes.append(helper.make_node("ReduceSumSquare", ["difference"], [model.graph.output[0].name], axes=[1], keepdims=1))
    return network(model, nodes, values)


def network(model, nodes, values):
    used = {name for node in nodes for name in node.input}
    constants = [numpy_helper.from_array(v.astype(np.int64) if k == "axes" else v, k) for k, v in values.items() if k in used]
    graph = helper.make_graph(nodes, "network", model.graph.input, model.graph.output, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def quantiser(node, x, values):
    """As fast as standard operators do it: ONNX Runtime's Round is a scalar loop, so half-even comes from adding 1.5 x 2^23,
    exact below 2^22 steps; beyond, the value is clipped first."""
    y = node.output[0]
    scale, bits = float(values[node.input[1]]), int(values[node.input[3]])
    low, high = limits(node, bits)
    for name, value in (("scale", scale), ("inverse", 1 / scale), ("low", low), ("high", high), ("magic", 1.5 * 2**23)):
        values[f"{y}_{name}"] = np.float32(value)
    steps = [("Mul", f"{y}_inverse")]
    if rounding(node) == "Floor":
        steps += [("Floor",), ("Clip", f"{y}_low", f"{y}_high")]
    else:
        steps += [("Clip", f"{y}_low", f"{y}_high"), ("Add", f"{y}_magic"), ("Sub", f"{y}_magic")]
    if scale != 1:
        steps.append(("Mul", f"{y}_scale"))
    nodes = []
    for k, (operator, *constants) in enumerate(steps):
        output = y if k == len(steps) - 1 else f"{y}_{k}"
        nodes.append(helper.make_node(operator, [x, *constants], [output]))
        x = output
    return nodes


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main():
    model = onnx.load(sys.argv[1])
    with np.load(sys.argv[2]) as vectors:
        inputs, expected = vectors["inputs"].astype(np.float32), vectors["score16"].astype(np.int64)
    sessions = {"float": session(plain(model)), "quantised": session(standard(model))}
    name = model.graph.input[0].name
    scores = sessions["quantised"].run(None, {name: inputs})[0].ravel().astype(np.float64) * 16
    equal = float(np.mean(np.rint(scores).astype(np.int64) == expected))
    close = sessions["float"].run(None, {name: inputs})[0].ravel()[:4000]
    correlation = float(np.corrcoef(np.log1p(close), np.log1p(expected[:4000] / 16))[0, 1])
    print(json.dumps({"name": f"onnxruntime {onnxruntime.__version__}", "equal": equal, "correlation": correlation}), flush=True)
    for line in sys.stdin:
        kind, batch = line.split()
        part = np.resize(inputs, (int(batch), inputs.shape[1]))
        one = sessions[kind]
        one.run(None, {name: part})
        rounds, seconds = max(1, EVENTS // int(batch)), []
        for _ in range(WINDOWS):
            start = time.perf_counter()
            for _ in range(rounds):
                one.run(None, {name: part})
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"events": rounds * int(batch), "seconds": statistics.median(seconds)}), flush=True)


if __name__ == "__main__":
    main()
