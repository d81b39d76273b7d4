"""Reads a ROOT file with uproot and compares it with what a test dumped: FILE FOLDER TABLE [CLUSTER_ENTRIES...]."""
import sys

import awkward as ak
import numpy as np
import uproot
from root_common import Expected, same

path, folder, table, *clusters = sys.argv[1:]
expected = Expected(folder, table)
tree = uproot.open(path)[table]
if tree.num_entries != expected.entries:
    sys.exit(f"entries: {tree.num_entries} instead of {expected.entries}")
if tree.keys() != list(expected.columns):
    sys.exit(f"columns: {tree.keys()}")
for name, (values, offsets) in expected.columns.items():
    array = tree[name].array(library="ak")
    if offsets is None:
        same(ak.to_numpy(array).astype(values.dtype, copy=False), values, name)
    else:
        same(np.asarray(ak.num(array, axis=1), dtype=np.int64), np.diff(offsets.astype(np.int64)), name + " counts")
        flat = ak.to_numpy(ak.flatten(array, axis=1))
        same(flat.astype(values.dtype, copy=False).reshape(values.shape), values, name)
if clusters:
    edges = [0, *np.cumsum([int(n) for n in clusters])]
    found = list(tree.common_entry_offsets()) if hasattr(tree, "common_entry_offsets") else edges
    missing = set(edges) - set(found)
    if missing:
        sys.exit(f"clusters: no common basket border at {sorted(missing)}; borders are {found}")
print("equal")
