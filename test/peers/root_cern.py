"""Reads a ROOT file with ROOT itself, as people do, and compares it with what a test dumped.

FILE FOLDER TABLE [CLUSTER_ENTRIES...]. Any warning or error text goes to standard error, which the test wants empty.
"""
import ctypes
import sys

import numpy as np
import ROOT
from root_common import Expected, same

path, folder, table, *clusters = sys.argv[1:]
ROOT.gROOT.SetBatch(True)
expected = Expected(folder, table)
file = ROOT.TFile.Open(path)
tree = file.Get(table)
if tree.GetEntries() != expected.entries:
    sys.exit(f"entries: {tree.GetEntries()} instead of {expected.entries}")

# Entry by entry into buffers: the way of an analysis program.
found = {}
buffers = {}
for name, (values, offsets) in expected.columns.items():
    most = 1 if offsets is None else max(1, int(np.diff(offsets.astype(np.int64)).max(initial=0)))
    buffers[name] = np.zeros((most, *values.shape[1:]), dtype=values.dtype)
    tree.GetBranch(name).SetAddress(ctypes.c_void_p(buffers[name].ctypes.data))
    found[name] = np.zeros_like(values)
places = {name: (np.arange(expected.entries + 1) if o is None else o) for name, (_, o) in expected.columns.items()}
for entry in range(expected.entries):
    if tree.GetEntry(entry) < 0:
        sys.exit(f"entry {entry}: cannot be read")
    for name, place in places.items():
        n = place[entry + 1] - place[entry]
        found[name][place[entry] : place[entry + 1]] = buffers[name][:n]
tree.ResetBranchAddresses()
for name, (values, _) in expected.columns.items():
    same(found[name], values, name)

# As a person looks at a tree.
tree.Print()
tree.SetScanField(0)
tree.Scan("*", "", "", 5)
for name, (values, _) in expected.columns.items():
    is_text = values.dtype == np.int8 and (values.ndim > 1 or expected.columns[name][1] is not None)  # to ROOT
    if values.dtype.kind in "iub" and values.dtype.itemsize <= 4 and not is_text:
        n = tree.Draw(name, "", "goff")
        if n != values.size:
            sys.exit(f"{name}: Draw finds {n} values instead of {values.size}")
        if n and tree.GetMinimum(name) != values.min():
            sys.exit(f"{name}: minimum {tree.GetMinimum(name)} instead of {values.min()}")

if clusters:
    iterator, borders = tree.GetClusterIterator(0), []
    while (start := iterator()) < expected.entries:
        borders.append(int(iterator.GetNextEntry()) - int(start))
    if borders != [int(n) for n in clusters]:
        sys.exit(f"clusters: {borders[:20]} instead of {clusters[:20]}")
info = file.GetStreamerInfoList()
if info is None or not info.FindObject("TBranch"):
    sys.exit("no streamer info")
if file.IsZombie() or file.TestBit(ROOT.TFile.kRecovered):
    sys.exit("the file had to be recovered")
file.Close()
print("equal")
