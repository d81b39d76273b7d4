"""Reads an .axo file as the Scouting Analyser's notebooks do, and compares it with NumPy's histogram: CSV AXO RUN LUMISECTION."""
import csv
import datetime
import json
import sys

import numpy as np

table, path, run, lumisection = sys.argv[1:]
rows = list(csv.DictReader(open(table)))
scores = np.repeat([float(row["score"]) for row in rows], [int(row["count"]) for row in rows])
expected, edges = np.histogram(scores, bins=np.arange(0, 20000, 1))

text = open(path).read()
first, second, third = text.split("\n")  # no newline at the end
histogram, keys = json.loads(first), json.loads(second)
counts = np.zeros(len(edges) - 1)
for name, count in histogram["counts"].items():
    assert isinstance(count, float) and count > 0, (name, count)
    counts[int(name)] = count
assert histogram["bins"] == [0, 20000, 1]
assert list(histogram["counts"]) == sorted(histogram["counts"], key=int)
assert np.array_equal(counts, expected), np.nonzero(counts != expected)
assert keys == {"run_numbers": int(run), "luminosity_blocks": int(lumisection)}, keys
datetime.datetime.strptime(third, "Current time UTC: %Y-%m-%d %H:%M:%S")
print("equal")
