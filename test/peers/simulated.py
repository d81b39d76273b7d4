"""Reads what `trigloop simulate` wrote with uproot and h5py, and checks names, types and consistency.

simulated.py scouting FILE EVENTS | zerobias FILE EVENTS | signals FILE EVENTS
"""
import sys

import numpy as np

kind, path, events = sys.argv[1], sys.argv[2], int(sys.argv[3])


def scouting():
    import awkward as ak
    import uproot

    file = uproot.open(path)
    tree = file["Events"]
    assert tree.num_entries == events
    types = {b.name: b.typename for b in tree.branches}
    assert types["run"] == "uint32_t" and types["nL1Jet"] == "int32_t" and types["L1Jet_hwPt"] == "int16_t[]"
    assert types["L1EtSum_hwPt"] == "int32_t[]" and len(types) == 29
    a = tree.arrays()
    for name, field, most in (("L1Mu", "hwPt", 8), ("L1EG", "hwPt", 12), ("L1Tau", "hwPt", 4), ("L1Jet", "hwPt", 12)):
        pt = a[f"{name}_{field}"]
        assert ak.all(ak.num(pt) == a["n" + name]) and ak.max(a["n" + name]) <= most
        assert ak.all(pt[:, 1:] <= pt[:, :-1])
    assert ak.all(a.nL1EtSum == 8)
    lumi = file["LuminosityBlocks"].arrays(library="np")
    assert set(lumi["luminosityBlock"]) == set(ak.to_numpy(a.luminosityBlock))
    assert np.all(ak.to_numpy((a.orbitNumber - 1) >> 18) == ak.to_numpy(a.luminosityBlock))


def check_process(x, et, ht, pileup, fired):
    assert x.shape == (events, 33, 3) and x.dtype == np.int16
    assert et.dtype == ht.dtype == pileup.dtype == np.float32 and fired.dtype == np.bool_
    assert np.all((x[:, :, 0] > 0) | (np.abs(x[:, :, 1:]).sum(2) == 0) | (np.arange(33) == 0))
    jets = x[:, 21:].astype(int)
    steps = jets[:, :, 0] - (jets[:, :, 0] + 1) // 5
    central = (steps > 48) & (np.abs(jets[:, :, 1]) <= 56)
    assert np.all((5 * steps * central).sum(1) // 4 == np.minimum(2 * ht, 4095)) or np.any(2 * ht == 4095)
    assert np.all(fired[(x[:, 0, 0] > 220) | (x[:, 1, 0] > 80) | (x[:, 13, 0] > 44)])


def training():
    import h5py

    with h5py.File(path) as f:
        if kind == "zerobias":
            assert sorted(f) == ["ET", "HT", "L1bit", "event_info", "full_data_cyl"]
            assert f["event_info"].shape == (events, 1)
            check_process(f["full_data_cyl"][:], f["ET"][:], f["HT"][:], f["event_info"][:, 0], f["L1bit"][:])
            return
        names = [n for n in f if f[n].ndim == 3]
        assert len(names) == 10 and len(f) == 50
        for n in names:
            check_process(f[n][:], f[n + "_ET"][:], f[n + "_HT"][:], f[n + "_nPV"][:], f[n + "_l1bit"][:])


scouting() if kind == "scouting" else training()
