"""Fills the histograms of a page again, from the values in an .npz file, and compares; then draws it in a browser.

Usage: page_truth.py PAGE VALUES.npz [CHROMIUM]. Prints what differs; exit code 1 if anything does.
"""
import json
import re
import subprocess
import sys
import tempfile

import numpy as np

page, values = sys.argv[1], np.load(sys.argv[2])
html = open(page, encoding="utf-8").read()
figures = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1])["figures"]
by_title = {figure["title"]: figure for figure in figures}
problems = []


def expect(what, got, wanted):
    if not np.array_equal(np.asarray(got), np.asarray(wanted)):
        problems.append(f"{what}: {got} is not {wanted}")


def edges(centres):
    width = centres[1] - centres[0]
    return np.append(np.asarray(centres) - width / 2, centres[-1] + width / 2)


spectrum = by_title["Jet: spectrum"]["series"][0]
expect("spectrum", spectrum["y"], np.histogram(values["jet_pt"], edges(spectrum["x"]))[0])
crossings = by_title["Bunch crossings"]["series"][0]
expect("crossings", crossings["y"], np.histogram(values["bx"], edges(crossings["x"]))[0])
occupancy = by_title["Jet: occupancy"]
eta, phi = values["jet_eta"].ravel(), values["jet_phi"].ravel()
expect("occupancy", occupancy["z"], np.histogram2d(phi, eta, [edges(occupancy["y"]), edges(occupancy["x"])])[0])
means = by_title["Energy sums over time"]["series"][0]
start = values["orbit"].min() - 0.5
bins = np.searchsorted(edges(means["x"]), (values["orbit"] - start) / 11245.613, side="right") - 1
for i, mean in enumerate(means["y"]):
    chosen = values["met"][bins == i]
    if (mean is None) != (len(chosen) == 0) or (mean is not None and abs(mean - chosen.mean()) > 1e-9 * abs(mean)):
        problems.append(f"mean {i}: {mean} is not that of {len(chosen)} values")

if len(sys.argv) > 3:
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.run(
            [sys.argv[3], "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", "file://" + page],
            capture_output=True, text=True, timeout=120)
    # Numbers that arrived in the drawing: the page counts the figures that the library has drawn.
    drawn = re.search(r'data-drawn="(\d+)"', browser.stdout)
    if not drawn or int(drawn[1]) != len(figures):
        problems.append(f"the browser drew {drawn[1] if drawn else 'none'} of {len(figures)} figures")
    problems += [line for line in browser.stderr.splitlines() if "CONSOLE" in line]

print("\n".join(problems[:20]))
sys.exit(1 if problems else 0)
