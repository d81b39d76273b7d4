#!/usr/bin/env python3
"""Recomputes the numbers of this folder with NumPy and onnxruntime alone: none of the code that made them runs here.

    python3 check.py [FOLDER]

Files against SHA256SUMS; scores of the packed events by model.onnx; thresholds by the firmware's rule (code >= T) and by
the training package's (score > t); efficiencies of every signal, L1 and HT efficiencies; thresholds.csv. Prints each number that differs
and exits with 1 if any does.
"""
import csv
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

folder = Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
folder = folder if folder.is_dir() else folder.parent
wrong, checked = [], 0


def expect(what, claimed, found, tolerance=0.0):
    global checked
    checked += 1
    if not abs(claimed - found) <= tolerance * max(abs(claimed), abs(found)):  # NaN differs
        wrong.append(f"{what}: the files say {claimed}, recomputed {found}")


def check_hashes():
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            wrong.append(f"{name}: not the file that SHA256SUMS names")


class Sample:
    """Integer scores of all events, L1 decisions (1: taken), HT; the objects of the first events."""

    def __init__(self, arrays, name):
        self.name = name
        self.codes = arrays[f"{name}.codes"].astype(np.int64)
        fired = f"{name}.fired"
        self.fired = arrays[fired].astype(bool) if fired in arrays else np.zeros(len(self.codes), bool)
        self.ht = arrays[f"{name}.ht"] if f"{name}.ht" in arrays else None
        self.values = arrays[f"{name}.values"]

    def check_scores(self, session, scale):
        for start in range(0, len(self.values), 8192):
            values = self.values[start:start + 8192].astype(np.float32)
            score = session.run(None, {session.get_inputs()[0].name: values})[0][:, 0]
            differs = np.flatnonzero(score * scale != self.codes[start:start + len(values)])
            expect(f"{self.name}: events from {start} whose score differs", 0, len(differs))


def firmware_threshold(codes, allowed, claimed):
    """The smallest T with count(codes >= T) within the allowed number."""
    if allowed >= len(codes):
        return min(claimed, int(codes.min(initial=claimed)))  # all may pass: any T up to the least code
    return int(np.sort(codes)[::-1][allowed]) + 1


class PackageRule:
    def __init__(self, background, scale, crossings):
        self.score, self.crossings = background.codes / scale, crossings
        grid = [self.percentile(10 ** (-2 + 0.1 * i)) for i in range(41)]
        rate = lambda passing: np.count_nonzero(passing) / len(self.score) * crossings
        self.raw = [rate(self.score > t) for t in grid]
        self.pure = [rate((self.score > t) & ~background.fired) for t in grid]

    def percentile(self, khz):
        return float(np.percentile(self.score, 100 - 100 * khz / self.crossings))

    def threshold(self, kind, khz):
        return self.percentile(khz if kind == "raw" else float(np.interp(khz, self.pure, self.raw)))


def check_thresholds(report, background, scale):
    crossings = report["crossings_khz"]
    package = PackageRule(background, scale, crossings)
    for row in report["thresholds"]:
        khz = row["rate_khz"]
        allowed = len(background.codes) * round(khz * 1e6) // round(crossings * 1e6)
        for kind in ("raw", "pure"):
            chosen = background.codes if kind == "raw" else background.codes[~background.fired]
            claimed, what = row[kind], f"{kind} threshold at {khz} kHz"
            code = claimed["firmware"]["code"]
            expect(f"{what}, firmware", code, firmware_threshold(chosen, allowed, code))
            expect(f"{what}, events above", claimed["firmware"][f"{kind}_events"], np.count_nonzero(chosen >= code))
            expect(f"{what}, package", claimed["package"]["score"], package.threshold(kind, khz), 1e-9)


def check_share(what, share, passing):
    expect(f"{what}, events", share["count"], np.count_nonzero(passing))
    expect(f"{what}, of", share["total"], len(passing))
    expect(what, share["value"], np.count_nonzero(passing) / len(passing), 1e-12)


def check_signal(report, signal, sample, scale):
    if signal["l1"]:
        check_share(f"{sample.name} L1", signal["l1"], sample.fired)
    if signal["ht"]:
        check_share(f"{sample.name} HT", signal["ht"], sample.ht > report["ht_threshold"])
    for row, claimed in zip(report["thresholds"], signal["rates"]):
        for above in ("raw", "pure"):
            by_rule = {"firmware": sample.codes >= row[above]["firmware"]["code"],
                       "package": sample.codes / scale > row[above]["package"]["score"]}
            for rule, passing in by_rule.items():
                for events, kept in (("raw", passing), ("pure", passing & ~sample.fired)):
                    check_share(f"{sample.name} {events}-{above} at {row['rate_khz']} kHz, {rule}",
                                claimed[rule][f"{events}-{above}"], kept)


def check_csv(report):
    rows = {(float(r["rate_khz"]), r["kind"]): r for r in csv.DictReader(open(folder / "thresholds.csv"))}
    for row in report["thresholds"]:
        for kind in ("raw", "pure"):
            line = rows[row["rate_khz"], kind]
            expect(f"thresholds.csv, {kind} T at {row['rate_khz']} kHz", float(line["firmware_code"]), row[kind]["firmware"]["code"])
            expect(f"thresholds.csv, {kind} t at {row['rate_khz']} kHz", float(line["package_score"]), row[kind]["package"]["score"])


def main():
    check_hashes()
    report = json.loads((folder / "evaluation.json").read_text())
    scale = 2.0 ** report["fraction"]
    arrays = np.load(folder / "events.npz")
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    samples = [Sample(arrays, name) for name in ["background"] + [s["name"] for s in report["signals"]]]
    for sample in samples:
        sample.check_scores(session, scale)
    check_thresholds(report, samples[0], scale)
    for signal, sample in zip(report["signals"], samples[1:]):
        check_signal(report, signal, sample, scale)
    check_csv(report)
    events = sum(len(s.codes) for s in samples)
    scored = sum(len(s.values) for s in samples)
    print("\n".join(wrong) or f"{checked} numbers of {events} events agree; {scored} of the events were scored again")
    sys.exit(1 if wrong else 0)


main()
