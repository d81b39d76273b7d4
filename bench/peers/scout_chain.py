#!/usr/bin/env python3
"""The Python chain from a scouting file to one histogram a lumisection, stage by stage as the scouting pipeline does it.

usage: scout_chain.py FILE MODEL.onnx FOLDER [EVENTS]

    1 preprocess   uproot -> awkward -> padded (events, 57), with run, lumisection, crossing, orbit, two counts: Zarr
    2 infer        Zarr -> scores by the quantised network (ONNX Runtime, which is faster than Keras): Zarr
    3 histogram    scores and metadata -> counts and lists of orbits, a shard
    4 aggregate    shards of a lumisection, duplicates by overlap of their orbits -> FOLDER/run_<run>_lumi_<ls>.axo

Stores lie in FOLDER, on /dev/shm if the caller wants. One core; prints one JSON object with the seconds of each stage.
"""
import json
import os
import sys
import time
from pathlib import Path

import awkward as ak
import numcodecs
import numpy as np
import onnx
import uproot
import zarr

sys.path.insert(0, str(Path(__file__).parent))
from onnxruntime_score import session, standard  # noqa: E402
from uproot_chain import KEYS, OBJECTS, SUMS, padded  # noqa: E402

CHUNK, BATCH, STEP = 1 << 14, 1 << 10, 300_000  # BATCH: the one at which ONNX Runtime is fastest
CODEC = numcodecs.Blosc(cname="lz4", clevel=5, shuffle=numcodecs.Blosc.SHUFFLE)


def features(events):
    x = np.zeros((len(events), 57), np.int16)
    met = events["L1EtSum_etSumType"] == 2
    x[:, 0] = padded(events["L1EtSum_hwPt"][met], 1)[:, 0]
    x[:, 2] = padded(events["L1EtSum_hwPhi"][met], 1)[:, 0]
    first = 3
    for name, count, fields in OBJECTS:
        for i, field in enumerate(fields):
            x[:, first + i:first + 3 * count:3] = padded(events[f"{name}_{field}"], count)
        first += 3 * count
    return x


def store(path, arrays):
    group = zarr.open_group(str(path), mode="w")
    for name, array in arrays.items():
        group.create_dataset(name, data=array, chunks=(CHUNK,) + array.shape[1:], compressor=CODEC)
    group.attrs["WriteTime"] = time.time_ns()


def preprocess(file, folder, limit):
    branches = [f"{name}_{field}" for name, _, fields in OBJECTS for field in fields]
    tree, paths = uproot.open(file)["Events"], []
    for events in tree.iterate(KEYS + branches + SUMS + ["nL1EG", "nL1Jet"], step_size=STEP, entry_stop=limit):
        metadata = dict(zip(["RunNumber", "LuminosityBlock", "OrbitNumber", "BunchCrossing"], KEYS))
        arrays = {name: ak.to_numpy(events[key]) for name, key in metadata.items()}
        arrays |= {"Data": features(events), "nl1EG": ak.to_numpy(events["nL1EG"]), "nL1Jet": ak.to_numpy(events["nL1Jet"])}
        paths.append(folder / f"stage1_{len(paths)}.zarr")
        store(paths[-1], arrays)
    return paths


def infer(paths, model):
    network = session(standard(onnx.load(model)))
    name = network.get_inputs()[0].name
    out = []
    for path in paths:
        group = zarr.open_group(str(path), mode="r")
        x = group["Data"][:].astype(np.float32)
        scores = np.concatenate([network.run(None, {name: x[i:i + BATCH]})[0] for i in range(0, len(x), BATCH)])
        arrays = {key: group[key][:] for key in group.array_keys() if key != "Data"}
        out.append(Path(str(path).replace("stage1", "stage2")))
        store(out[-1], arrays | {"AxoScore": scores})
    return out


def histogram(paths, folder):
    shards = []
    for path in paths:
        group = zarr.open_group(str(path), mode="r")
        block, orbit, run = (group[key][:] for key in ["LuminosityBlock", "OrbitNumber", "RunNumber"])
        scores = group["AxoScore"][:].ravel()
        for lumi in np.unique(block):
            here = block == lumi
            counts, _ = np.histogram(scores[here], bins=np.arange(0, 20000))
            some = np.flatnonzero(counts)
            shard = folder / f"lumi_{lumi}_{path.stem}.axo_shards"
            key = {"run_numbers": [str(r) for r in np.unique(run[here])], "luminosity_blocks": [str(lumi)],
                   "orbit_numbers": [str(o) for o in np.unique(orbit[here])]}
            bins = {"bins": [0, 20000, 1], "counts": {str(i): float(counts[i]) for i in some}}
            shard.write_text(json.dumps(bins) + "\n" + json.dumps(key))
            shards.append(shard)
    return shards


def aggregate(shards, folder):
    by_lumi = {}
    for shard in shards:
        bins, key = (json.loads(line) for line in shard.read_text().splitlines())
        by_lumi.setdefault((key["run_numbers"][0], key["luminosity_blocks"][0]), []).append((bins, set(key["orbit_numbers"])))
    for (run, lumi), parts in by_lumi.items():
        total, kept = {}, []
        for bins, orbits in parts:
            if any(len(orbits & other) >= 0.1 * len(orbits | other) for other in kept):
                continue
            kept.append(orbits)
            for i, n in bins["counts"].items():
                total[i] = total.get(i, 0) + n
        lines = [json.dumps({"bins": [0, 20000, 1], "counts": total}),
                 json.dumps({"run_numbers": int(run), "luminosity_blocks": int(lumi)}),
                 time.strftime("Current time UTC: %Y-%m-%d %H:%M:%S", time.gmtime())]
        (folder / f"run_{run}_lumi_{lumi}.axo").write_text("\n".join(lines))


def main():
    file, model, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    limit = int(sys.argv[4]) if len(sys.argv) > 4 else None
    os.makedirs(folder, exist_ok=True)
    events = uproot.open(file)["Events"].num_entries
    events = min(events, limit or events)
    stages, cpu, start = {}, time.process_time(), time.perf_counter()

    def stage(name, action, *arguments):
        begin = time.perf_counter()
        result = action(*arguments)
        stages[name] = time.perf_counter() - begin
        return result

    stores = stage("preprocess", preprocess, file, folder, limit)
    scores = stage("infer", infer, stores, model)
    shards = stage("histogram", histogram, scores, folder)
    stage("aggregate", aggregate, shards, folder)
    print(json.dumps({"events": events, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                      "stages": stages, "versions": f"uproot {uproot.__version__}, awkward {ak.__version__}, zarr {zarr.__version__}, "
                                                    f"NumPy {np.__version__}"}))


if __name__ == "__main__":
    main()
