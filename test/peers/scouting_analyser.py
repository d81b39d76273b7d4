"""The Scouting Analyser's way with its stores: opens, reads and writes them by the same library calls (zarr, numpy, json).

scouting_analyser.py stage2 FOLDER         what its stage 2 sees of FOLDER/StoreStage1: JSON, one object a group
scouting_analyser.py stage3 FOLDER OUT     its stages 3 and 4 on FOLDER/StoreStage2: OUT/*.axo
scouting_analyser.py stage4 FOLDER OUT     its stage 4 on FOLDER/StoreStage3: OUT/*.axo
scouting_analyser.py notebook FOLDER       FOLDER/*.axo as its notebook reads them: JSON, lumisection -> {bin: count}
scouting_analyser.py emulate FOLDER        score codes of a lumisection (codes.npy), and what its chain makes of them
scouting_analyser.py write FOLDER N        groups of stages 1 and 2 as it writes them, int64 and float32, N events
"""
import glob
import json
import os
import sys
import time
from collections import defaultdict

import numpy as np
import zarr

PARTS = 32
META = ("RunNumber", "LuminosityBlock", "BunchCrossing", "OrbitNumber", "nl1EG", "nL1Jet")


def readable_groups(folder):
    for path in sorted(glob.glob(os.path.join(folder, "*.zarr"))):
        group = zarr.open_group(path, "r")
        if "WriteTime" in group.attrs:
            yield path, group


def histogram_of(scores):
    counts, _ = np.histogram(scores, bins=np.arange(0, 20000, 1))
    return {int(i): float(n) for i, n in enumerate(counts) if n != 0}


def shard_text(group, keep):
    meta = {name: list(set(group[column][:][keep])) for name, column in
            (("run_numbers", "RunNumber"), ("luminosity_blocks", "LuminosityBlock"), ("orbit_numbers", "OrbitNumber"))}
    first = {"bins": [0, 20000, 1], "counts": histogram_of(group["AxoScore"][:][keep])}
    return json.dumps(first, default=str) + "\n" + json.dumps(meta, default=str) + "\n"


def merge(shards, out):
    """Stage 4: waits for exactly 32 shards of a lumisection whose orbits are disjoint."""
    os.makedirs(out, exist_ok=True)
    by_lumi = defaultdict(list)
    for text in shards:
        first, second = (json.loads(line) for line in text.split("\n")[:2])
        by_lumi[int(second["run_numbers"][0]), int(second["luminosity_blocks"][0])].append((first, second))
    for (run, lumi), parts in by_lumi.items():
        if len(parts) != PARTS:
            continue
        for i, (_, a) in enumerate(parts):
            for _, b in parts[:i]:
                a_orbits, b_orbits = set(a["orbit_numbers"]), set(b["orbit_numbers"])
                assert len(a_orbits & b_orbits) / len(a_orbits | b_orbits) < 0.1, "stage 4 takes these for duplicates"
        dense = np.zeros(20000)
        for first, _ in parts:
            for bin_number, count in first["counts"].items():
                dense[int(bin_number)] += count
        with open(os.path.join(out, f"run_{run}_lumi_{lumi}.axo"), "w") as file:
            counts = {int(i): float(n) for i, n in enumerate(dense) if n != 0}
            file.write(json.dumps({"bins": [0, 20000, 1], "counts": counts}, default=str) + "\n")
            file.write(json.dumps({"run_numbers": run, "luminosity_blocks": lumi}, default=str) + "\n")
            file.write("Current time UTC: " + time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()))


def stage2(folder):
    for path, group in readable_groups(os.path.join(folder, "StoreStage1")):
        data = group["Data"][:]
        assert data.ndim == 2 and np.issubdtype(data.dtype, np.integer)
        print(json.dumps({"name": os.path.basename(path), "rows": len(data), "sums": data.astype(np.int64).sum(0).tolist(),
                          "meta": {m: group[m][:].tolist() for m in META}}))


def stage3(folder, out):
    shards = []
    for _, group in readable_groups(os.path.join(folder, "StoreStage2")):
        assert group["AxoScore"].ndim == 2 and group["AxoScore"].shape[1] == 1
        lumis = group["LuminosityBlock"][:]
        for lumi in sorted(set(lumis.tolist())):
            shards.append(shard_text(group, lumis == lumi))
    # The original has a file a lumisection, hence 32 shards; here parts of a lumisection are joined to as many.
    by_lumi = defaultdict(list)
    for text in shards:
        by_lumi[json.loads(text.split("\n")[1])["luminosity_blocks"][0]].append(text)
    for texts in by_lumi.values():
        while len(texts) < PARTS:
            first, second = texts[0].split("\n")[:2]
            empty = json.dumps({"bins": [0, 20000, 1], "counts": {}})
            meta = json.loads(second)
            meta["orbit_numbers"] = [f"none {len(texts)}"]
            texts.append(empty + "\n" + json.dumps(meta) + "\n")
    merge([t for texts in by_lumi.values() for t in texts], out)


def stage4(folder, out):
    merge([open(path).read() for path in glob.glob(os.path.join(folder, "StoreStage3", "*.axo_shards"))], out)


def notebook(folder):
    result = {}
    for path in glob.glob(os.path.join(folder, "run_*")):
        if not path.endswith(".axo"):
            continue
        with open(path) as file:
            lines = file.readlines()
        counts, meta = json.loads(lines[0]), json.loads(lines[1])
        low, high, width = counts["bins"]
        dense = np.zeros((high - low) // width)
        for index, value in counts["counts"].items():
            dense[int(index)] = value
        result[str(int(float(meta["luminosity_blocks"])))] = {int(i): int(dense[i]) for i in np.nonzero(dense)[0]}
    print(json.dumps(result))


def emulate(folder):
    """FOLDER/CASE/run_396102_lumi_214.axo from the same events: as they are, and with the faults of the chain."""
    rng = np.random.default_rng(5)
    events = 64_000
    codes = (16 * rng.lognormal(6, 0.7, events)).astype(np.int32)
    codes[:5] = 16 * 25_000 + np.arange(5)
    codes[5:7] = 16 * 19_999
    noncolliding = rng.random(events) < 0.01
    np.save(os.path.join(folder, "codes.npy"), codes)
    np.save(os.path.join(folder, "noncolliding.npy"), noncolliding.astype(np.int8))
    scores = codes.astype(np.float32) / 16
    # Keras on an accelerator sums floats in another order, so quantisers round the other way now and then.
    turned = rng.random(events) < 0.02
    floats = np.where(turned, scores + rng.choice([-1, 1], events).astype(np.float32) / 16, scores)
    colliding = ~noncolliding
    parts = np.array_split(np.flatnonzero(colliding), PARTS)
    cases = {"same": [scores[p] for p in parts], "float": [floats[p] for p in parts],
             "missing": [scores[p] for p in parts[:-1]], "doubled": [scores[p] for p in [*parts, parts[3]]],
             "everything": [scores[p] for p in np.array_split(np.arange(events), PARTS)],
             "model": [(scores * 1.05)[p] for p in parts], "biased": [scores[p][scores[p] < 2000] for p in parts]}
    for case, shards in cases.items():
        os.makedirs(os.path.join(folder, case))
        dense = np.zeros(20000)
        for shard in shards:
            for bin_number, count in histogram_of(shard).items():
                dense[bin_number] += count
        first = {"bins": [0, 20000, 1], "counts": {int(i): float(n) for i, n in enumerate(dense) if n != 0}}
        second = {"run_numbers": 396102, "luminosity_blocks": 214}
        with open(os.path.join(folder, case, "run_396102_lumi_214.axo"), "w") as file:
            file.write(json.dumps(first) + "\n" + json.dumps(second) + "\nCurrent time UTC: 2026-01-01 00:00:00")


def write(folder, events):
    """Two groups of each stage, cut inside an orbit, as the original leaves them; the truth beside them."""
    rng = np.random.default_rng(7)
    data = rng.integers(0, 500, (events, 57))
    scores = (rng.integers(0, 30000, (events, 1)) / 16).astype(np.float32)
    scores[::7] += np.float32(1 / 64)  # floats that are no multiple of the step
    keys = {"RunNumber": np.full(events, 396102, np.uint32), "LuminosityBlock": np.full(events, 214, np.uint32),
            "BunchCrossing": (1 + np.arange(events) % 20).astype(np.uint32),
            "OrbitNumber": (56098817 + np.arange(events) // 20).astype(np.uint32),
            "nl1EG": rng.integers(0, 12, events).astype(np.int32), "nL1Jet": rng.integers(0, 12, events).astype(np.int32)}
    for stage, name, payload in (("StoreStage1", "Data", data), ("StoreStage2", "AxoScore", scores)):
        os.makedirs(os.path.join(folder, stage), exist_ok=True)
        for part, rows in enumerate((slice(0, events // 2 + 3), slice(events // 2 + 3, events))):
            path = os.path.join(folder, stage, f"{time.time_ns()}_{part}_1.zarr")
            group = zarr.open_group(path, mode="w", zarr_version=2)
            group[name] = payload[rows]
            for key, values in keys.items():
                group[key] = values[rows]
            group.attrs["WriteTime"] = time.time_ns()
            group.store.close()
        zarr.open_group(os.path.join(folder, stage, "unfinished.zarr"), mode="w", zarr_version=2)
    np.save(os.path.join(folder, "scores.npy"), scores)
    np.save(os.path.join(folder, "data.npy"), data.astype(np.int16))


if __name__ == "__main__":
    arguments = sys.argv[2:]
    if sys.argv[1] == "write":
        arguments[1] = int(arguments[1])
    globals()[sys.argv[1]](*arguments)
