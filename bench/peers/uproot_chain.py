#!/usr/bin/env python3
"""The Python way from a scouting file to padded arrays: uproot -> awkward -> NumPy, (events, 57) int16 and (events, 4) keys.

usage: uproot_chain.py FILE        then one command a line on standard input: `pass`, or `dump PATH`

Each line is answered by a line of JSON. It is also the reference that trigloop's tiles are compared with, byte for byte.
"""
import json
import sys
import time

import awkward as ak
import numpy as np
import uproot

KEYS = ["run", "luminosityBlock", "orbitNumber", "bunchCrossing"]
OBJECTS = [("L1EG", 4, ["hwPt", "hwEta", "hwPhi"]),
           ("L1Mu", 4, ["hwPt", "hwEtaAtVtx", "hwPhiAtVtx"]),
           ("L1Jet", 10, ["hwPt", "hwEta", "hwPhi"])]
SUMS = ["L1EtSum_hwPt", "L1EtSum_hwPhi", "L1EtSum_etSumType"]


def to_int16(values):
    return np.clip(values, -32768, 32767).astype(np.int16)


def padded(array, count):
    return to_int16(ak.to_numpy(ak.fill_none(ak.pad_none(array, count, clip=True), 0)))


def read(path):
    tree = uproot.open(path)["Events"]
    branches = [f"{name}_{field}" for name, _, fields in OBJECTS for field in fields]
    events = tree.arrays(KEYS + branches + SUMS, library="ak")
    features = np.zeros((len(events), 57), np.int16)
    met = events["L1EtSum_etSumType"] == 2
    features[:, 0] = padded(events["L1EtSum_hwPt"][met], 1)[:, 0]
    features[:, 2] = padded(events["L1EtSum_hwPhi"][met], 1)[:, 0]
    first = 3
    for name, count, fields in OBJECTS:
        for i, field in enumerate(fields):
            features[:, first + i:first + 3 * count:3] = padded(events[f"{name}_{field}"], count)
        first += 3 * count
    keys = np.stack([ak.to_numpy(events[key]).astype(np.uint32) for key in KEYS], axis=1)
    return features, keys


def main(path):
    print(json.dumps({"name": f"uproot {uproot.__version__}, awkward {ak.__version__}, NumPy {np.__version__}"}), flush=True)
    for line in sys.stdin:
        command, _, target = line.strip().partition(" ")
        start, cpu = time.perf_counter(), time.process_time()
        features, keys = read(path)
        answer = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "events": len(features)}
        if command == "dump":
            with open(target, "wb") as out:
                out.write(features.tobytes())
                out.write(keys.tobytes())
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
