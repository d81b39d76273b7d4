"""What scouting must find in a file of the CMS scouting layout, by NumPy and uproot alone.

usage: scout_truth.py FILE SCORES.npy     (score x 16 of every entry, uint32)

Prints one JSON object: per lumisection the spectra of all events and of those that no seed of the menu pythia-samples
took, the orbits with their events and hashes, the occupancy of crossings, the highest events, and what the file states.
"""
import json
import sys

import awkward as ak
import numpy as np
import uproot

KEYS = ["run", "luminosityBlock", "orbitNumber", "bunchCrossing"]
OBJECTS = {"L1EG": ("hwPt", "hwEta", "hwPhi", 4), "L1Mu": ("hwPt", "hwEtaAtVtx", "hwPhiAtVtx", 4),
           "L1Jet": ("hwPt", "hwEta", "hwPhi", 10)}
MASK = np.uint64(0xFFFFFFFFFFFFFFFF)


def padded(array, count):
    return ak.to_numpy(ak.fill_none(ak.pad_none(array, count, clip=True), 0))


def sums(events, kind, field):
    """The first energy sum of a type; 0 where there is none."""
    return padded(events[f"L1EtSum_{field}"][events["L1EtSum_etSumType"] == kind], 1)[:, 0]


def features(events):
    columns = [sums(events, 2, "hwPt"), np.zeros(len(events), dtype=np.int64), sums(events, 2, "hwPhi")]
    for name, (pt, eta, phi, count) in OBJECTS.items():
        fields = [padded(events[f"{name}_{field}"], count) for field in (pt, eta, phi)]
        columns += [field[:, i] for i in range(count) for field in fields]
    return np.stack(columns, axis=1).astype(np.int16)


def constant(p):
    mask = (1 << 64) - 1
    z = (p + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return np.uint64((z ^ z >> 31) | 1)


def hashes(x, crossing):
    words = x.astype(np.uint16).astype(np.uint64)
    words = np.concatenate([words, np.zeros((len(x), x.shape[1] % 2), dtype=np.uint64)], axis=1)
    words = np.concatenate([words[:, 0::2] | words[:, 1::2] << np.uint64(16), crossing[:, None].astype(np.uint64)], axis=1)
    total = np.zeros(len(x), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for p in range(words.shape[1]):
            total += words[:, p] * constant(p)
        for _ in range(2):
            total = (total ^ total >> np.uint64(32)) * np.uint64(0xD6E8FEB86659FD93)
    return total ^ total >> np.uint64(32)


def leading(events, name, central=False):
    """pts of an object in GeV, highest first, padded with 0."""
    pt = events[f"{name}_hwPt"]
    if central:
        pt = pt[abs(events[f"{name}_hwEta"]) <= 57]
    return padded(ak.sort(pt, ascending=False), 4) / 2


def taken(events):
    """The twelve seeds of the README of the simulated sample, HT and MET in GeV."""
    mu, eg, jet = leading(events, "L1Mu"), leading(events, "L1EG"), leading(events, "L1Jet", central=True)
    ht, met = sums(events, 3, "hwPt") / 2, sums(events, 2, "hwPt") / 2
    return ((mu[:, 0] > 22) | ((mu[:, 0] > 15) & (mu[:, 1] > 7)) | ((mu[:, 0] > 5) & (mu[:, 1] > 3) & (mu[:, 2] > 3))
            | (eg[:, 0] > 40) | ((eg[:, 0] > 27) & (eg[:, 1] > 14)) | (jet[:, 0] > 180) | (jet[:, 1] > 150)
            | ((jet[:, 0] > 95) & (jet[:, 1] > 75) & (jet[:, 2] > 65) & (jet[:, 3] > 40)) | (ht > 360) | (met > 110)
            | ((mu[:, 0] > 7) & (eg[:, 0] > 23)) | ((mu[:, 0] > 20) & (eg[:, 0] > 10)))


def bins(codes):
    return [[int(v), int(n)] for v, n in zip(*np.unique(codes, return_counts=True))]


def orbits(orbit, crossing, hashed):
    out = []
    order = np.argsort(orbit, kind="stable")
    numbers, first = np.unique(orbit[order], return_index=True)
    for number, part in zip(numbers, np.split(order, first[1:])):
        with np.errstate(over="ignore"):
            total = hashed[part].sum(dtype=np.uint64)
        out.append([int(number), len(part), int(crossing[part].min()), int(crossing[part].max()), int(total)])
    return out


def main():
    file = uproot.open(sys.argv[1])
    scores = np.load(sys.argv[2]).reshape(-1)
    names = KEYS + [f"{n}_{f}" for n, (*fields, _) in OBJECTS.items() for f in fields]
    names += ["L1EtSum_hwPt", "L1EtSum_hwPhi", "L1EtSum_etSumType"]
    events = file["Events"].arrays(names)
    run, block, orbit, crossing = (ak.to_numpy(events[name]) for name in KEYS)
    x, took = features(events), taken(events)
    hashed = hashes(x, crossing)
    stated = file["LuminosityBlocks"].arrays(["run", "luminosityBlock", "nOrbits"], library="np")
    out = []
    for lumi in np.unique(block):
        here = np.flatnonzero(block == lumi)
        best = here[np.lexsort((crossing[here], orbit[here], -scores[here].astype(np.int64)))][:100]
        sampled = here[orbit[here] % 8 == 0]
        out.append({
            "run": int(run[here[0]]), "lumisection": int(lumi), "all": bins(scores[here]),
            "pure": bins(scores[here][~took[here]]), "orbits": orbits(orbit[here], crossing[here], hashed[here]),
            "crossings": np.bincount(crossing[here], minlength=3565).tolist(),
            "tail": [[int(scores[i]), int(orbit[i]), int(crossing[i])] for i in best],
            "input_events": len(sampled), "jet0_pt": bins(x[sampled, 27]),
            "jet_counts": bins(ak.to_numpy(ak.num(events["L1Jet_hwPt"]))[sampled]),
            "orbits_stated": int(stated["nOrbits"][stated["luminosityBlock"] == lumi].sum()),
        })
    json.dump(out, sys.stdout)


if __name__ == "__main__":
    main()
