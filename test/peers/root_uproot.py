"""Reads ROOT files with uproot and compares them with what a test dumped: FOLDER TABLE CLUSTERS FILE...

CLUSTERS: the entries of each cluster, "300,300,100", or "-" to leave them unchecked.
"""
import sys

import awkward as ak
import numpy as np
import uproot
from root_common import Expected, same


def compare(path, table, expected, times=1):
    """All values of the tree are those expected, `times` times over."""
    tree = uproot.open(path)[table]
    if tree.num_entries != times * expected.entries:
        sys.exit(f"entries: {tree.num_entries} instead of {times * expected.entries}")
    if tree.keys() != list(expected.columns):
        sys.exit(f"columns: {tree.keys()}")
    for name, (values, offsets) in expected.columns.items():
        array = tree[name].array(library="ak")
        if offsets is not None:
            counts = np.diff(offsets.astype(np.int64))
            same(np.asarray(ak.num(array, axis=1), dtype=np.int64), np.tile(counts, times), name + " counts")
            array = ak.flatten(array, axis=1)
        found = ak.to_numpy(array).astype(values.dtype, copy=False).reshape(-1, *values.shape[1:])
        same(found, np.concatenate([values] * times), name)
    return tree


if __name__ == "__main__":
    folder, table, clusters, *paths = sys.argv[1:]
    for path in paths:
        tree = compare(path, table, Expected(folder, table))
        if clusters != "-":
            edges = {0, *np.cumsum([int(n) for n in clusters.split(",")]).tolist()}
            if missing := edges - set(tree.common_entry_offsets()):
                sys.exit(f"clusters: no common basket border at {sorted(missing)}")
    print("equal")
