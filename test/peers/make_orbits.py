"""Writes orbit files with ROOT from a flat scouting ntuple: make_orbits.py NTUPLE OUT:SPLIT:COMPRESSION:MEMBERS[:ROWS[:DENSE]]...

OUT: the file. SPLIT: ROOT's split level. COMPRESSION: ROOT's number (505: ZSTD-5). MEMBERS: 1 if vectors that are not split
are stored member by member, 0 if object by object. ROWS: crossings to take (0: all). DENSE: crossings an orbit (0: as in the
ntuple).
"""
import shutil
import sys
import tempfile
from pathlib import Path

import ROOT

with tempfile.TemporaryDirectory() as folder:
    for name in ("classes.h", "write.cpp"):
        shutil.copy(Path(__file__).parent / "orbits" / name, folder)
    if ROOT.gROOT.LoadMacro(f"{folder}/write.cpp+") != 0:
        sys.exit("ROOT could not compile the writer")
    for word in sys.argv[2:]:
        out, split, compression, members, *rest = word.split(":")
        rows, dense = (list(map(int, rest)) + [0, 0])[:2]
        print(out, ROOT.write_orbits(sys.argv[1], out, int(split), int(compression), members == "1", 20, rows, dense))
