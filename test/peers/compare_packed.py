#!/usr/bin/env python3
"""Compares packed files value for value. usage: compare_packed.py TOLERANCE EXPECTED FOUND [EXPECTED FOUND]...

Types may differ in the width of DATA alone. TOLERANCE is relative; 0 means equal.
"""
import sys

import h5py
import numpy as np


def sets(file):
    found = {}
    file.visititems(lambda name, node: found.update({name: node}) if isinstance(node, h5py.Dataset) else None)
    return found


def compare(expected, found, tolerance):
    with h5py.File(expected, "r") as a, h5py.File(found, "r") as b:
        left, right = sets(a), sets(b)
        assert left.keys() == right.keys(), left.keys() ^ right.keys()
        for name in left:
            x, y = left[name][()], right[name][()]
            assert x.shape == y.shape, (name, x.shape, y.shape)
            assert x.dtype == y.dtype or name.endswith("DATA"), (name, x.dtype, y.dtype)
            if tolerance == 0:
                assert np.array_equal(x, y), (name, np.argwhere(x != y)[:3])
            else:
                assert np.allclose(x, y, rtol=tolerance, atol=tolerance), name
        assert a.attrs["config"] == b.attrs["config"], "the attribute config"
        print(len(left), "data sets are equal")


if __name__ == "__main__":
    for pair in zip(sys.argv[2::2], sys.argv[3::2], strict=True):
        compare(*pair, float(sys.argv[1]))
