#!/usr/bin/env python3
"""The Python chain from a scouting file to one histogram a lumisection, stage by stage as the scouting pipeline does it.

usage: scout_chain.py FILE MODEL FOLDER [EVENTS] [--pipeline]

    1 preprocess   uproot -> awkward -> padded (events, 57), with run, lumisection, crossing, orbit, two counts: Zarr
    2 infer        Zarr -> scores by the quantised network: Zarr. MODEL.h5 is a QKeras model, with norm_bias and norm_scale
                   in MODEL.yaml beside it: Keras, as the pipeline does it; MODEL.onnx: ONNX Runtime, which is faster
    3 histogram    scores and metadata -> counts and lists of orbits, a shard
    4 aggregate    shards of a lumisection, duplicates by overlap of their orbits -> FOLDER/run_<run>_lumi_<ls>.axo

With --pipeline as the pipeline is set up: `Data` of int64, 32 stores a file, batches of 2^19 events; else as it is fastest:
int16, stores of 300,000 events, small batches. Stores lie in FOLDER, on /dev/shm if the caller wants. One core; prints one JSON object with the seconds of each stage.
"""
import json
import os
import sys
import time
from pathlib import Path

import awkward as ak
import numcodecs
import numpy as np
import uproot
import zarr

sys.path.insert(0, str(Path(__file__).parent))
from uproot_chain import KEYS, OBJECTS, SUMS, padded  # noqa: E402

CHUNK, STORES = 1 << 14, 32
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


def preprocess(file, folder, limit, step, integer):
    branches = [f"{name}_{field}" for name, _, fields in OBJECTS for field in fields]
    tree, paths = uproot.open(file)["Events"], []
    for events in tree.iterate(KEYS + branches + SUMS + ["nL1EG", "nL1Jet"], step_size=step, entry_stop=limit):
        metadata = dict(zip(["RunNumber", "LuminosityBlock", "OrbitNumber", "BunchCrossing"], KEYS))
        arrays = {name: ak.to_numpy(events[key]) for name, key in metadata.items()}
        arrays |= {"Data": features(events).astype(integer, copy=False), "nl1EG": ak.to_numpy(events["nL1EG"]), "nL1Jet": ak.to_numpy(events["nL1Jet"])}
        paths.append(folder / f"stage1_{len(paths)}.zarr")
        store(paths[-1], arrays)
    return paths


def onnx_network(model, batch=1 << 10):  # the batch at which it is fastest
    import onnx
    from onnxruntime_score import session, standard
    network = session(standard(onnx.load(model)))
    name = network.get_inputs()[0].name

    def score(data):
        x = data.astype(np.float32)
        return np.concatenate([network.run(None, {name: x[i:i + batch]})[0] for i in range(0, len(x), batch)])
    return score


def keras_network(model, batch):
    import yaml
    from keras_network import load
    normalisation = yaml.safe_load(Path(model).with_suffix(".yaml").read_text())
    return load(model, np.float32(normalisation["norm_bias"]), np.float32(normalisation["norm_scale"]), batch)


def infer(paths, network):
    out = []
    for path in paths:
        group = zarr.open_group(str(path), mode="r")
        scores = network(group["Data"][:])
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
    words = [word for word in sys.argv[1:] if word != "--pipeline"]
    pipeline = len(words) < len(sys.argv) - 1
    file, model, folder = words[0], words[1], Path(words[2])
    limit = int(words[3]) if len(words) > 3 else None
    os.makedirs(folder, exist_ok=True)
    events = uproot.open(file)["Events"].num_entries
    step, integer, batch = (-(-events // STORES), np.int64, 1 << 19) if pipeline else (300_000, np.int16, 1 << 14)
    events = min(events, limit or events)
    network = keras_network(model, batch) if model.endswith(".h5") else onnx_network(model)  # loading does not count
    stages, cpu, start = {}, time.process_time(), time.perf_counter()

    def stage(name, action, *arguments):
        begin = time.perf_counter()
        result = action(*arguments)
        stages[name] = time.perf_counter() - begin
        return result

    stores = stage("preprocess", preprocess, file, folder, events, step, integer)
    scores = stage("infer", infer, stores, network)
    shards = stage("histogram", histogram, scores, folder)
    stage("aggregate", aggregate, shards, folder)
    print(json.dumps({"events": events, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu,
                      "stages": stages, "versions": f"uproot {uproot.__version__}, awkward {ak.__version__}, zarr {zarr.__version__}, "
                                                    f"NumPy {np.__version__}"}))


if __name__ == "__main__":
    main()
