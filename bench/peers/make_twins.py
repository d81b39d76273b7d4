#!/usr/bin/env python3
"""Writes the events of a scouting file again by ROOT, with other compression: NAME_zstd5.root, NAME_lz4.root, NAME_raw.root.

usage: make_twins.py FILE FOLDER

All branches of the highest cycle of Events, in ROOT's way: baskets of 32000 bytes, flushed every 30 MB (its defaults).
A twin that is newer than FILE is kept. Prints the path of each as CODEC=PATH.
"""
import os
import sys
from pathlib import Path

import ROOT

ROOT.gROOT.SetBatch(True)
# ROOT's setting: 100 x algorithm + level.
CODECS = {"ZSTD-5": ("zstd5", 505), "LZ4-4": ("lz4", 404), "none": ("raw", 0)}


def write(source, path, setting):
    """Slowly, entry by entry: a fast clone would copy the compressed baskets as they are."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    given = ROOT.TFile.Open(str(source))
    out = ROOT.TFile(str(partial), "RECREATE", "", setting)
    for name in ("Events", "LuminosityBlocks"):
        tree = given.Get(name)
        if not tree:
            continue
        out.cd()
        twin = tree.CloneTree(0)
        twin.SetBasketSize("*", 32000)
        twin.SetAutoFlush(-30_000_000)
        for branch in twin.GetListOfBranches():
            branch.SetCompressionSettings(setting)
        twin.CopyEntries(tree)
        twin.Write("", ROOT.TObject.kOverwrite)
    out.Close()
    partial.rename(path)


source, folder = Path(sys.argv[1]), Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for codec, (ending, setting) in CODECS.items():
    path = folder / f"{source.stem}_{ending}.root"
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        write(source, path, setting)
    print(f"{codec}={path}", flush=True)
