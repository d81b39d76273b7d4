#!/usr/bin/env python3
"""What the training package does to make Data.h5, written anew with NumPy and h5py, in memory as there.

usage: package_curate.py DATA_CONFIG.json... [--compat] [--seconds]

DATA_CONFIG is the section data_config as JSON; the file is written to its Processed_data_path. Without --compat the
package's faults are mended: a scheme "_pow2" gives powers of two, MinMax and Standard are what they say, and an object that
no event has gets scale 1 and bias 0. --seconds prints how long it took, by the wall clock and of CPU,
imports left out.
"""
import json
import sys
import time

import h5py
import numpy as np

SATURATION = {"MET": 4095, "EGAMMA": 511, "MUON": 511, "JET": 2047}
RANGES = {"EGAMMA": "egs", "MUON": "muons", "JET": "jets"}


def objects_of(rows, some, config):
    """The wanted objects, and the pt at which each saturates. Each kind is read from the file by itself, as there."""
    ranges, kept = config["Read_configs"]["object_ranges"], config["Read_configs"]["constituents"]
    parts, limits = [rows[some, ranges["met"], :][:, None, :]], [SATURATION["MET"]]
    for kind, name in RANGES.items():
        begin, end = ranges[name]
        parts.append(rows[some, begin:end, :][:, kept[kind], :])
        limits += [SATURATION[kind]] * sum(kept[kind])
    return np.concatenate(parts, axis=1), np.array(limits)


def cut(part, limits, mode):
    keep = part["ET"] < 4095
    part = {name: values[keep] for name, values in part.items()}
    fine = part["DATA"][:, :, 0] < limits
    if mode == "drop":
        return {name: values[np.all(fine, axis=1)] for name, values in part.items()}
    part["DATA"] = part["DATA"] * fine[:, :, None].astype(part["DATA"].dtype)
    return part


def read(config):
    background, signals = config["Read_configs"]["BACKGROUND"], config["Read_configs"]["SIGNAL"]
    mode = config["Saturation_configs"]["saturation_mode"]
    groups = {}
    with h5py.File(background["file_path"], "r") as f:
        for group, sector in (("Train", "train_sector"), ("Test", "test_sector")):
            some = slice(*background[sector])
            data, limits = objects_of(f["full_data_cyl"], some, config)
            part = {"DATA": data, "ET": f["ET"][some], "HT": f["HT"][some], "PU": f["event_info"][some], "L1bits": f["L1bit"][some]}
            groups[f"Background_data/{group}"] = cut(part, limits, mode)
    if signals["file_path"] is None:
        return groups
    with h5py.File(signals["file_path"], "r") as f:
        for name in [name for name in f if f[name].ndim == 3]:
            some = slice(0, signals["MAX_NUM_SIGNALS"])
            data, limits = objects_of(f[name], some, config)
            part = {"DATA": data, "ET": f[f"{name}_ET"][some], "HT": f[f"{name}_HT"][some], "PU": f[f"{name}_nPV"][some],
                    "L1bits": f[f"{name}_l1bit"][some]}
            groups[f"Signal_data/{name}"] = cut(part, limits, mode)
    return groups


def scaling(train, config, compat):
    text = config["Normalisation_configs"]["scheme"]
    name, _, inside = text.partition("(")
    numbers = [float(word) for word in inside.rstrip(")").split(",") if word]
    ignore = config["Normalisation_configs"]["norm_ignore_zeros"]
    train = train.astype(np.float32)
    scale, bias = np.ones(train.shape[1:]), np.zeros(train.shape[1:])
    for i in range(train.shape[1]):
        values = train[:, i][train[:, i, 0] != 0] if ignore else train[:, i]
        if not compat and not np.any(train[:, i, 0]):
            continue
        if not compat and name.startswith("Standard"):
            scale[i], bias[i] = values.astype(np.float64).std(axis=0), values.astype(np.float64).mean(axis=0)
            continue
        minmax = not compat and name.startswith("MinMax")
        low, high = numbers if minmax else numbers[2:]
        l0, h0 = np.percentile(values, (0, 100) if minmax else numbers[:2], axis=0)
        scale[i] = (h0 - l0) / (high - low)
        bias[i] = (l0 * high - h0 * low) / (high - low)
    scale += scale == 0
    if name.endswith("_pow2") and not compat:
        scale, bias = 2.0 ** np.ceil(np.log2(scale)), np.round(bias)
    return scale, bias


def write(config, groups, scale, bias):
    compression = config["Write_compression"]
    options = {"compression": compression["Compression_mode"] or "gzip",
               "compression_opts": compression["Compression_opts"] if compression["Compression_mode"] else 0}
    with h5py.File(config["Processed_data_path"], "w") as f:
        f.attrs["config"] = json.dumps(config)
        f.create_group("Signal_data")
        for group, part in groups.items():
            for name, values in part.items():
                f.create_dataset(f"{group}/{name}", data=values, **options)
        f.create_dataset("Normalisation/norm_scale", data=scale, **options)
        f.create_dataset("Normalisation/norm_bias", data=bias, **options)


def make(path, compat):
    """Returns the seconds that it took, by the wall clock and of CPU."""
    with open(path) as f:
        config = json.load(f)
    start = time.perf_counter(), time.process_time()
    groups = read(config)
    scale, bias = scaling(groups["Background_data/Train"]["DATA"], config, compat)
    for part in groups.values():
        part["DATA"] = (part["DATA"] - bias) / scale
    write(config, groups, scale, bias)
    return time.perf_counter() - start[0], time.process_time() - start[1]


if __name__ == "__main__":
    for word in [word for word in sys.argv[1:] if not word.startswith("--")]:
        seconds = make(word, "--compat" in sys.argv)
        if "--seconds" in sys.argv:
            print(*seconds, flush=True)
