#!/usr/bin/env python3
"""The package's files that trigloop wrote, by h5py: bundle_files.py FOLDER [PACKAGE].

Prints the tables of FOLDER/lite.h5 as the package's own readers see them, and, if the package's files are given, every
path, type and rank in which files of the same name differ.
"""
import json
import sys
from pathlib import Path

import h5py


def described(path):
    out = {}

    def attributes(name, node):
        for key in node.attrs:
            item = node.attrs.get_id(key)
            kind = "text" if h5py.check_string_dtype(item.dtype) else str(item.dtype)
            out[f"{name}@{key}"] = ("attribute", kind, len(item.shape))

    def visit(name, node):
        if isinstance(node, h5py.Group):
            out[name] = ("group",)
        else:
            out[name] = ("data", "text" if h5py.check_string_dtype(node.dtype) else str(node.dtype), node.ndim)
        attributes(name, node)

    with h5py.File(path) as file:
        attributes("", file)
        file.visititems(visit)
    return {name: what for name, what in out.items() if not name.startswith("trigloop")}


def main():
    folder = Path(sys.argv[1])
    with h5py.File(folder / "lite.h5") as file:
        results = file["results"]
        told = {"config": json.loads(file.attrs["config"]), "histogram": int(results["score_hist/background/count"][:].sum()),
                "bins": len(results["score_hist/background/bin"])}
        for name in ("rate", "raw", "pure"):
            told[name] = results["threshold"][name][:].tolist()
        told["rates"] = sorted(results["axo_scores"], key=float)
        table = results["axo_scores"][told["rates"][-1]]
        told["table"] = {k: ([s.decode() for s in v] if k == "Signal Name" else v[:].tolist()) for k, v in table.items()}
        told["history"] = sorted(file["history"])
    if len(sys.argv) > 2:
        told["differences"] = {}
        for name in ("lite.h5", "complete.h5", "build.h5"):
            theirs, ours = described(Path(sys.argv[2]) / name), described(folder / name)
            told["differences"][name] = sorted(k for k in theirs.keys() | ours.keys() if theirs.get(k) != ours.get(k))
    print(json.dumps(told))


main()
