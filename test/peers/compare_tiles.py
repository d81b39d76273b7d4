#!/usr/bin/env python3
"""Compares tiles that trigloop wrote down with those of uproot -> awkward -> NumPy, byte for byte.

usage: compare_tiles.py FILE DUMP       DUMP: features (events, 57) int16, then keys (events, 4) uint32
"""
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench/peers"))
import uproot_chain  # noqa: E402

features, keys = uproot_chain.read(sys.argv[1])
ours = Path(sys.argv[2]).read_bytes()
wanted = features.tobytes() + keys.tobytes()
if ours != wanted:
    got = np.frombuffer(ours[:features.nbytes], np.int16)
    if got.size == features.size:
        print("first differences (event, feature):", np.argwhere(got.reshape(features.shape) != features)[:5].tolist())
    sys.exit(f"{len(ours)} bytes differ from the reference's {len(wanted)}")
print(f"{len(features)} events equal")
