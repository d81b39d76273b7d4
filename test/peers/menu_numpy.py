#!/usr/bin/env python3
"""What seeds fire in a file of events, by NumPy alone: prints "events any fired/pure fired/pure ...".

HDF5: the twelve seeds of the Pythia samples. ROOT: the seeds of test/menu/correlated.yaml.
"""
import sys
from itertools import combinations, product

import numpy as np


def dense(path):
    import h5py
    with h5py.File(path) as file:
        rows, ht = file["full_data_cyl"][:].astype(int), file["HT"][:]
    pt = lambda first, count: -np.sort(-rows[:, first:first + count, 0], axis=1) / 2
    met, eg, mu = rows[:, 0, 0] / 2, pt(1, 12), pt(13, 8)
    jets = rows[:, 21:33]
    jet = -np.sort(-np.where(np.abs(jets[:, :, 1]) * 0.0435 < 2.5, jets[:, :, 0], 0), axis=1) / 2
    return [mu[:, 0] > 22, (mu[:, 0] > 15) & (mu[:, 1] > 7), (mu[:, 0] > 5) & (mu[:, 1] > 3) & (mu[:, 2] > 3),
            eg[:, 0] > 40, (eg[:, 0] > 27) & (eg[:, 1] > 14), jet[:, 0] > 180, jet[:, 1] > 150,
            (jet[:, 0] > 95) & (jet[:, 1] > 75) & (jet[:, 2] > 65) & (jet[:, 3] > 40),
            ht > 360, met > 110, (mu[:, 0] > 7) & (eg[:, 0] > 23), (mu[:, 0] > 20) & (eg[:, 0] > 10)]


def padded(array, name, fields, size=16):
    import awkward as ak
    fill = lambda f: ak.to_numpy(ak.fill_none(ak.pad_none(array[f"{name}_{f}"], size, clip=True), 0)).astype(np.int64)
    return {f: fill(f) for f in fields}


def distances(a, b, kinds):
    """dEta, dPhi in thousandths and cosh - cos in 1e-4, on the muon grid; calorimeter objects at bin centres."""
    grid = lambda o, k: (o[0], o[1]) if k == "mu" else (4 * o[0] + 2, 4 * o[1] + 2)
    (ea, pa), (eb, pb) = grid(a, kinds[0]), grid(b, kinds[1])
    deta = np.abs(ea - eb) * 0.010875
    steps = np.abs(pa - pb) % 576
    dphi = np.minimum(steps, 576 - steps) * 2 * np.pi / 576
    whole = lambda x: np.floor(x + 0.5).astype(np.int64)
    return whole(deta * 1e3), whole(dphi * 1e3), whole(np.cosh(deta) * 1e4) - whole(np.cos(dphi) * 1e4)


def pairs(one, other, kinds, test):
    """Events with objects i of `one` and j of `other` (different ones) that pass `test`."""
    same = one is other
    size = one["pt"].shape[1]
    found = np.zeros(len(one["pt"]), bool)
    for i, j in (combinations(range(size), 2) if same else product(range(size), range(other["pt"].shape[1]))):
        a, b = ({k: v[:, i] for k, v in one.items()}, {k: v[:, j] for k, v in other.items()})
        some = a["good"] & b["good"]
        if not some.any():
            continue
        found[some] |= test({k: v[some] for k, v in a.items()}, {k: v[some] for k, v in b.items()},
                            *distances((a["eta"][some], a["phi"][some]), (b["eta"][some], b["phi"][some]), kinds))
    return found


def scouting(path):
    import uproot
    array = uproot.open(path)["Events"].arrays(filter_name="/L1.*/")
    mu = padded(array, "L1Mu", ["hwPt", "hwEtaAtVtx", "hwPhiAtVtx", "hwQual", "hwCharge"])
    mu = dict(zip(["pt", "eta", "phi", "quality", "charge"], mu.values()))
    objects = lambda name, extra: dict(zip(["pt", "eta", "phi", "extra"], padded(array, name, ["hwPt", "hwEta", "hwPhi", extra]).values()))
    eg, tau, jet = objects("L1EG", "hwIso"), objects("L1Tau", "hwIso"), objects("L1Jet", "hwQual")
    sums = padded(array, "L1EtSum", ["hwPt", "hwPhi"], 8)
    calo = lambda o, eta: (o["eta"] >= np.floor(-eta / 0.0435)) & (o["eta"] <= np.floor(eta / 0.0435))
    with_good = lambda o, good: {**o, "good": good & (o["pt"] > 0)}
    charge = lambda a, b: a["charge"] * b["charge"] < 0
    # pt of a muon of x GeV is 2 x + 1 in uGT codes; this menu keeps that default.
    soft = with_good(mu, (np.abs(mu["eta"]) <= 129) & (mu["quality"] >= 12))
    upsilon = with_good(mu, mu["pt"] >= 10)
    mass = lambda a, b, angle, offset: (a["pt"] - offset) * (b["pt"] - offset) * angle
    met = {"pt": sums["hwPt"][:, 2:3], "phi": sums["hwPhi"][:, 2:3], "eta": np.zeros_like(sums["hwPt"][:, 2:3])}
    return [
        ((eg["pt"] >= 56) & calo(eg, 2.1) & np.isin(eg["extra"], [1, 3])).any(axis=1),
        pairs(soft, soft, ("mu", "mu"), lambda a, b, e, p, m: (e * e + p * p <= 1_960_000) & charge(a, b)),
        pairs(upsilon, upsilon, ("mu", "mu"), lambda a, b, e, p, m: (mass(a, b, m, 1) >= 20_000 * 49) & (mass(a, b, m, 1) <= 20_000 * 324)),
        (lambda j: pairs(j, j, ("jet", "jet"), lambda a, b, e, p, m: (mass(a, b, m, 0) >= 20_000 * 90_000) & (e <= 1500)))(
            with_good(jet, (jet["pt"] >= 60) & calo(jet, 2.5))),
        pairs(with_good(mu, mu["pt"] >= 7), with_good(jet, jet["pt"] >= 40), ("mu", "jet"), lambda a, b, e, p, m: e * e + p * p <= 160_000),
        pairs(with_good(jet, jet["pt"] >= 120), with_good(met, met["pt"] >= 100), ("jet", "met"), lambda a, b, e, p, m: p >= 2094),
        ((tau["pt"] >= 68) & calo(tau, 2.1) & (tau["extra"] == 1)).sum(axis=1) >= 2,
        (sums["hwPt"][:, 3] >= 560) | (sums["hwPt"][:, 4] >= 160),
    ]


def main():
    fired = np.array(dense(sys.argv[1]) if sys.argv[1].endswith(".h5") else scouting(sys.argv[1]))
    number = fired.sum(axis=0)
    pure = fired & (number == 1)
    print(fired.shape[1], (number > 0).sum(), *(f"{f}/{p}" for f, p in zip(fired.sum(axis=1), pure.sum(axis=1))))


if __name__ == "__main__":
    main()
