"""Compares what trigloop read from a ROOT file (see test/io/root/dump.hpp) with uproot, byte by byte.

Usage: compare_root.py FILE FOLDER [FILE FOLDER ...] [--list]. Exit code 0 if every numeric flat or jagged branch that
uproot reads is there and equal; --list also prints the columns that uproot does not read.
"""

import os
import sys

import awkward as ak
import numpy as np
import uproot


def manifest(folder):
    rows = {}
    with open(os.path.join(folder, "manifest.tsv")) as lines:
        for line in lines:
            number, table, cycle, column, kind, jagged, inner = line.rstrip("\n").split("\t")
            rows[table, int(cycle), column] = (number, kind, jagged == "1", int(inner))
    return rows


def dumped(folder, row):
    number, kind, jagged, inner = row
    values = np.fromfile(os.path.join(folder, number + ".values"), dtype=np.dtype(kind))
    counts = np.fromfile(os.path.join(folder, number + ".counts"), dtype=np.uint64) if jagged else None
    return values, counts


def numeric(interpretation):
    """The kind of a branch: 'flat', 'jagged', 'list' (of leaves), or None."""
    name = type(interpretation).__name__
    if name == "AsJagged":
        content = type(interpretation.content).__name__
        return "jagged" if content in ("AsDtype", "AsFloat16", "AsDouble32") else None
    if name in ("AsFloat16", "AsDouble32"):
        return "flat"
    if name == "AsDtype":
        return "list" if interpretation.to_dtype.names else "flat"
    return None


def same(a, b):
    a, b = np.ascontiguousarray(a).reshape(-1), np.ascontiguousarray(b).reshape(-1)
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind and {a.dtype.kind, b.dtype.kind} != {"i", "u"}:
        return False
    if a.dtype.itemsize != b.dtype.itemsize:
        return False
    if a.dtype.kind == "b":  # uproot keeps whatever byte stood there; ours are 0 and 1
        return np.array_equal(a.view(np.uint8) != 0, b.view(np.uint8) != 0)
    return a.tobytes() == b.tobytes()


def compare_jagged(array, values, counts):
    own_counts = ak.to_numpy(ak.num(array, axis=1)).astype(np.uint64)
    flat = array
    while flat.ndim > 1:
        flat = ak.flatten(flat, axis=1)
    return np.array_equal(own_counts, counts) and same(ak.to_numpy(flat), values)


def compare(path, folder):
    rows = manifest(folder)
    compared, failures, used = 0, [], set()
    with uproot.open(path) as file:
        for key, kind in file.classnames(recursive=True).items():
            if kind not in ("TTree", "TNtuple", "TNtupleD"):
                continue
            tree = file[key]
            table, cycle = key.rsplit(";", 1)
            for name in dict.fromkeys(tree.keys(recursive=True)):
                try:
                    branch = tree[name]
                    shape = numeric(branch.interpretation)
                except Exception:
                    shape = None
                if shape is None:
                    continue
                try:
                    array = branch.array(library="ak" if shape == "jagged" else "np")
                except Exception as error:  # what uproot cannot read itself is no measure
                    print(f"uproot cannot read {key}/{name}: {type(error).__name__}", file=sys.stderr)
                    continue
                parts = [(name, array)] if shape != "list" else [(f"{name}.{leaf}", array[leaf]) for leaf in array.dtype.names]
                for column, part in parts:
                    row = rows.get((table, int(cycle), column))
                    if row is None:
                        failures.append(f"{key}/{column} ({branch.interpretation}) is missing")
                        continue
                    used.add((table, int(cycle), column))
                    values, counts = dumped(folder, row)
                    if counts is not None:
                        equal = shape == "jagged" and compare_jagged(part, values, counts)
                    else:
                        equal = shape != "jagged" and same(part, values)
                    if not equal:
                        failures.append(f"{key}/{column} ({branch.interpretation}) differs")
                    compared += 1
    if "--list" in sys.argv:
        for extra in sorted(set(rows) - used):
            print("only here:", extra, rows[extra][1:])
    for failure in failures:
        print(f"{path}: {failure}")
    print(f"{path}: {compared} columns compared, {len(failures)} wrong")
    return not failures


def main():
    words = [word for word in sys.argv[1:] if word != "--list"]
    results = [compare(path, folder) for path, folder in zip(words[::2], words[1::2])]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
