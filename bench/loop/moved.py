#!/usr/bin/env python3
"""moved.py HERTZ BEFORE.npy DRIFTED.npy: by how much a drift moves a rate, and one standard deviation of that. Both files are
uint32 codes of the same events by the same model, without and with the drift; HERTZ is the rate without it."""
import sys
from array import array
from pathlib import Path

COLLISIONS = 2544 * 11245.6  # Hz


def codes(path):
    """The uint32 of a .npy of one dimension."""
    raw = Path(path).read_bytes()
    values = array("I")
    values.frombytes(raw[10 + int.from_bytes(raw[8:10], "little") :])
    return values


def moved(hertz, before, drifted):
    """By how much the rate beyond a fixed threshold moves, and its error: events that come and go do not cancel."""
    threshold = sorted(before, reverse=True)[round(len(before) * hertz / COLLISIONS)]
    passing = sum(code >= threshold for code in before)
    come = sum(a < threshold <= b for a, b in zip(before, drifted))
    gone = sum(b < threshold <= a for a, b in zip(before, drifted))
    return (come - gone) / passing, (come + gone) ** 0.5 / passing


print(*moved(float(sys.argv[1]), codes(sys.argv[2]), codes(sys.argv[3])))
