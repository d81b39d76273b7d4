#!/usr/bin/env python3
"""A network, or a matrix, by da4ml: its Verilog, and its integers for given events.

usage: da4ml_network.py NODES.json EVENTS.npy OUTPUT_FOLDER

NODES.json is what `bench_deploy nodes` writes: the graph's nodes with integer weights and types. The folder gets model.v and
the modules that it uses; codes.npy has the outputs' codes of da4ml's own exact interpreter. Rounding to even, which da4ml
lacks, is built of what it has: half a step less one, plus the bit that decides. Prints one line of JSON.
"""
import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import da4ml
from da4ml.codegen import RTLModel
from da4ml.trace import HWConfig, comb_trace
from da4ml.trace.fixed_variable_array import FixedVariableArray

HARDWARE = HWConfig(1, -1, -1)
OVERFLOW = {"saturate": "SAT", "wrap": "WRAP", "symmetric": "SAT_SYM"}


def array(variables, like):
    return FixedVariableArray(np.array(variables), like.solver_options, hwconf=HARDWARE)


def rounded(x, fraction, rounding):
    step, have = 2.0**-fraction, x.kif[2]
    if rounding == "floor" or have <= fraction:
        return x
    if rounding == "half_even":
        last = x.quantize(0, 1 - fraction, fraction)  # the bit of the code's last place, alone
        return (x + (step / 2 - 2.0**-have)) + last * (2.0**-have / step)
    if rounding == "half_up":
        return x + step / 2
    raise SystemExit(f"rounding {rounding} is not translated")


def quantise(x, types):
    out = []
    for k, variable in enumerate(x._vars.ravel()):
        t = types[k if len(types) > 1 else 0]
        sign, fraction = int(t["signed"]), t["width"] - t["integer"]
        variable = rounded(variable, fraction, t["rounding"])
        out.append(variable.quantize(sign, t["integer"] - sign, fraction, OVERFLOW[t["overflow"]], "TRN"))
    return array(out, x)


def trace(nodes):
    values, solving = [], 0.0
    for node in nodes:
        x = [values[k] for k in node["inputs"]]
        match node["operation"]:
            case "input":
                lo, hi = np.array(node["lo"], float), np.array(node["hi"], float)
                step = np.full(len(lo), 2.0 ** -node["fraction"])
                y = FixedVariableArray.from_lhs(lo * step, hi * step, step, HARDWARE)
            case "quantise":
                y = quantise(x[0], node["types"])
            case "relu":
                y = x[0].relu()
            case "dense":
                weights = np.array(node["weights"], float).reshape(node["features"], -1).T * 2.0 ** -node["weights_fraction"]
                start = time.process_time()
                y = x[0] @ weights
                solving += time.process_time() - start
                if node["bias"]:
                    y = y + np.array(node["bias"], float) * 2.0 ** -node["bias_fraction"]
            case "add_constant":
                y = x[0] + np.array(node["constant"], float) * 2.0 ** -node["constant_fraction"]
            case "mul_constant":
                y = x[0] * (np.array(node["constant"], float) * 2.0 ** -node["constant_fraction"])
            case "subtract":
                y = x[0] - x[1]
            case "dot":
                same = node["inputs"][0] == node["inputs"][1]
                y = array([np.sum(x[0] ** 2 if same else x[0] * x[1])], x[0])
            case other:
                raise SystemExit(f"{other} is not translated")
        values.append(y)
    return values[0], values[-1], solving


def main():
    source, events, folder = map(Path, sys.argv[1:])
    nodes = json.loads(source.read_text())
    x, y, solving = trace(nodes)
    logic = comb_trace(x, y)
    RTLModel(logic, "model", folder, flavor="verilog", latency_cutoff=-1).write()
    for file in (folder / "src/static").glob("*.v"):
        if file.name != "lookup_table.v":  # reads a file of its own, and no network here has one
            shutil.copy(file, folder)
    shutil.copy(folder / "src/model.v", folder)
    codes = logic.predict(np.load(events) * 2.0 ** -nodes[0]["fraction"]) * 2.0 ** nodes[-1]["fraction"]
    np.save(folder / "codes.npy", np.rint(codes).astype(np.int64))
    adders = sum(op.opcode in (0, 1) for op in logic.ops)
    print(json.dumps({"version": da4ml.__version__, "adders": adders, "cost": logic.cost, "solving_s": solving}))


if __name__ == "__main__":
    main()
