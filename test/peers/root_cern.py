"""Reads ROOT files with ROOT itself, as people do, and compares them with what a test dumped: FOLDER TABLE CLUSTERS FILE...

CLUSTERS: the entries of each cluster, "300,300,100", or "-" to leave them unchecked. ROOT's warnings and errors go to
standard error, which the test wants empty.
"""
import ctypes
import sys

import numpy as np
import ROOT
from root_common import Expected, same


def compare_entries(tree, expected):
    """Entry by entry into buffers: the way of an analysis program."""
    found, buffers, places = {}, {}, {}
    for name, (values, offsets) in expected.columns.items():
        places[name] = np.arange(expected.entries + 1) if offsets is None else offsets.astype(np.int64)
        buffers[name] = np.zeros((max(1, np.diff(places[name]).max(initial=0)), *values.shape[1:]), dtype=values.dtype)
        found[name] = np.zeros_like(values)
        tree.GetBranch(name).SetAddress(ctypes.c_void_p(buffers[name].ctypes.data))
    for entry in range(expected.entries):
        if tree.GetEntry(entry) < 0:
            sys.exit(f"entry {entry}: cannot be read")
        for name, place in places.items():
            found[name][place[entry] : place[entry + 1]] = buffers[name][: place[entry + 1] - place[entry]]
    tree.ResetBranchAddresses()
    for name, (values, _) in expected.columns.items():
        same(found[name], values, name)


def look(tree, expected):
    """As a person looks at a tree."""
    tree.Print()
    tree.SetScanField(0)
    tree.Scan("*", "", "", 5)
    for name, (values, offsets) in expected.columns.items():
        is_text = values.dtype == np.int8 and (values.ndim > 1 or offsets is not None)  # to ROOT
        if values.dtype.kind in "iub" and values.dtype.itemsize <= 4 and not is_text:
            if (n := tree.Draw(name, "", "goff")) != values.size:
                sys.exit(f"{name}: Draw finds {n} values instead of {values.size}")
            if n and tree.GetMinimum(name) != values.min():
                sys.exit(f"{name}: minimum {tree.GetMinimum(name)} instead of {values.min()}")


def clusters_of(tree):
    iterator, sizes = tree.GetClusterIterator(0), []
    while (start := iterator()) < tree.GetEntries():
        sizes.append(int(iterator.GetNextEntry()) - int(start))
    return sizes


folder, table, clusters, *paths = sys.argv[1:]
ROOT.gROOT.SetBatch(True)
expected = Expected(folder, table)
for path in paths:
    file = ROOT.TFile.Open(path)
    if file.IsZombie() or file.TestBit(ROOT.TFile.kRecovered):
        sys.exit("the file had to be recovered")
    tree = file.Get(table)
    if tree.GetEntries() != expected.entries:
        sys.exit(f"entries: {tree.GetEntries()} instead of {expected.entries}")
    compare_entries(tree, expected)
    look(tree, expected)
    if clusters != "-" and (found := clusters_of(tree)) != [int(n) for n in clusters.split(",")]:
        sys.exit(f"clusters: {found[:20]} instead of {clusters}")
    info = file.GetStreamerInfoList()
    if not info or not info.FindObject("TBranch"):
        sys.exit("no streamer info")
    file.Close()
print("equal")
