"""The tables of the training package, by its formulas, on scores that are there: the time is that of the formulas.

    evaluate_package.py PROGRAM MODEL BACKGROUND SIGNALS FOLDER
"""
import json
import subprocess
import sys
import time

import h5py
import numpy as np

CROSSINGS = 28608.8064
RATES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.6, 1, 2, 3, 5, 10, 105, 110]
ROWS = [0, *range(1, 5), *range(13, 17), *range(21, 31)]  # the 19 objects among 33


def score(program, model, events, folder):
    np.save(f"{folder}/events.npy", events[:, ROWS, :].reshape(len(events), -1).astype("i2"))
    subprocess.run([program, "score", "-q", "--model", model, "--input", f"{folder}/events.npy", "--output",
                    f"{folder}/scores.npy"], check=True, stdout=subprocess.DEVNULL)
    return np.load(f"{folder}/scores.npy").reshape(-1, 1).astype("f4")


def percentile(scores, khz):
    return np.percentile(scores, 100 - khz / CROSSINGS * 100)


def pure_of(triggered, l1):
    return np.setdiff1d(triggered, np.where(l1)[0])


def tables(background, l1, signals):
    raw = {rate: percentile(background, rate) for rate in RATES}
    grid = [percentile(background, rate) for rate in 10 ** np.arange(-2, 2.1, 0.1)]
    raw_rates, pure_rates = [], []
    for threshold in grid:
        triggered = np.where(background > threshold)[0]
        raw_rates.append(len(triggered) * CROSSINGS / len(background))
        pure_rates.append(len(pure_of(triggered, l1)) * CROSSINGS / len(background))
    pure = {rate: percentile(background, np.interp(rate, pure_rates, raw_rates)) for rate in RATES}
    table = {}
    for rate in RATES:
        for name, (scores, fired, ht) in signals.items():
            row = []
            for threshold in (raw[rate], pure[rate]):
                triggered = np.where(scores > threshold)[0]
                row += [100 * len(triggered) / len(scores), 100 * len(pure_of(triggered, fired)) / len(scores)]
            table[rate, name] = row + [100 * len(np.where(fired)[0]) / len(scores), 100 * len(np.where(ht > 280)[0]) / len(scores)]
    histograms = [np.histogram(background, bins=200)] + [np.histogram(s[0], bins=200) for s in signals.values()]
    return raw, pure, table, histograms


def main():
    program, model, background, sets, folder = sys.argv[1:]
    with h5py.File(background) as file:
        l1 = file["L1bit"][:].astype(bool)
        scores = score(program, model, file["full_data_cyl"][:], folder)
    signals = {}
    with h5py.File(sets) as file:
        for name in [n for n in file if file[n].ndim == 3]:
            signals[name] = (score(program, model, file[name][:], folder), file[name + "_l1bit"][:].astype(bool), file[name + "_HT"][:])
    start = time.monotonic()
    raw, pure, _, _ = tables(scores, l1, signals)
    seconds = time.monotonic() - start
    print(json.dumps({"seconds": seconds, "raw": {str(k): float(v) for k, v in raw.items()},
                      "pure": {str(k): float(v) for k, v in pure.items()}}))


main()
