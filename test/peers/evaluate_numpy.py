#!/usr/bin/env python3
"""Thresholds and efficiencies by the training package's formulas, in NumPy: evaluate_numpy.py ZEROBIAS SIGNALS FOLDER.

FOLDER/background.npy and FOLDER/NAME.npy hold scores; L1 bits and HT come from the files. Prints JSON.
"""
import json
import sys

import h5py
import numpy as np

CROSSINGS = 28608.8064
RATES = [0.05, 0.5, 1, 10, 105]


def thresholds(score, fired):
    percentile = lambda khz: np.percentile(score, 100 - 100 * khz / CROSSINGS)
    grid = [percentile(10 ** x) for x in -2 + 0.1 * np.arange(41)]
    raw = [np.mean(score > t) * CROSSINGS for t in grid]
    pure = [np.mean((score > t) & ~fired) * CROSSINGS for t in grid]
    return [(percentile(khz), percentile(np.interp(khz, pure, raw))) for khz in RATES]


def main():
    zerobias, signals, folder = sys.argv[1:]
    with h5py.File(zerobias) as file:
        fired, pileup = file["L1bit"][:].astype(bool), file["event_info"][:, 0]
    score = np.load(f"{folder}/background.npy")
    found = thresholds(score, fired)
    # The firmware's rule, by sorting: the smallest integer with count(score16 >= T) within the target.
    def firmware(codes, khz):
        allowed = int(len(score) * round(khz * 1e6) // round(CROSSINGS * 1e6))
        return int(np.sort(codes)[::-1][allowed]) + 1
    codes = (score * 16).astype(int)
    out = {"thresholds": found, "firmware": [(firmware(codes, k), firmware(codes[~fired], k)) for k in RATES], "signals": {}}
    t = out["firmware"][3][0]
    for low in (40, 50, 60):
        bin = (pileup >= low) & (pileup < low + 5)
        out[f"pileup {low}"] = [int(bin.sum()), int((bin & (codes >= t)).sum())]
    with h5py.File(signals) as file:
        for name in (k for k in file if file[k].ndim == 3):
            s, l1 = np.load(f"{folder}/{name}.npy"), file[f"{name}_l1bit"][:].astype(bool)
            out["signals"][name] = {
                "l1": 100 * l1.mean(), "ht": 100 * (file[f"{name}_HT"][:] > 280).mean(),
                "columns": [[100 * np.mean(s > raw), 100 * np.mean((s > raw) & ~l1), 100 * np.mean(s > pure),
                             100 * np.mean((s > pure) & ~l1)] for raw, pure in found]}
    print(json.dumps(out))


if __name__ == "__main__":
    main()
