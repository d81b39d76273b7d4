#!/usr/bin/env python3
"""Fits the event generator of src/simulate to the Pythia samples in ../shared/data.

    dev/fit_simulation.py [SHARED [--reference-only]]      (needs numpy and h5py)

writes src/simulate/generated/{zerobias,signals}.inc (quantile tables: the model) and test/simulate/reference.txt
(summary numbers of the samples: what the model is held against). The chain of conditional distributions is described
in src/simulate/README.md; the tables below name, for each link, what is drawn and what it depends on.
"""
import pathlib
import sys

import h5py
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SEGMENTS, OCTAVES = 16, 10  # the grid of levels: equal steps of probability, the last one cut by octaves of survival
ABSENT = {"jet": 20, "eg": 5, "mu": 4}  # one below the smallest pt that is stored
PILEUP_SLOPE, SUMET_SHIFT = 42, 3000  # ET is tabulated as ET - 42 PU + 3000, so that pile-up may leave its range


def steps(pt):
    """Jet pt come in steps of 5/4 hardware units, rounded down (4, 9, 14, ... do not occur): the number of steps."""
    return pt - (pt + 1) // 5


class Event:
    """The columns of a sample, and the quantities that the chain draws."""

    def __init__(self, x, et, ht, pu, l1):
        self.et, self.ht, self.pu, self.l1 = et.astype(int), ht, pu.astype(int), l1
        x = x.astype(int)
        self.x = x
        self.met, self.eg, self.mu, self.jet = x[:, 0], x[:, 1:13], x[:, 13:21], x[:, 21:33]
        self.n = {k: (getattr(self, k)[:, :, 0] > 0).sum(1) for k in ("eg", "mu", "jet")}


def zerobias():
    with h5py.File(SHARED / "data/zerobias_pythia.h5") as f:
        return Event(f["full_data_cyl"][:], f["ET"][:], f["HT"][:], f["event_info"][:, 0], f["L1bit"][:])


def signals():
    with h5py.File(SHARED / "data/signals_pythia.h5") as f:
        for name in sorted(k for k in f if f[k].ndim == 3):
            yield name, Event(f[name][:], f[name + "_ET"][:], f[name + "_HT"][:], f[name + "_nPV"][:],
                              f[name + "_l1bit"][:])


# ---- quantile tables -------------------------------------------------------------------------------------------------

class Table:
    """Quantiles of a variable, one row per cell of its axes.

    An integer v is spread evenly over [v, v+1), so that an atom becomes a straight piece of the quantile function and a
    draw is the floor. The last of the equal `segments` is refined in `tail` octaves of the survival probability. A row
    begins with the share of events that have no value at all (no next jet, no partner).

    Cells become nodes: each stands at the mean of the axis in it, and the generator picks one of the two nodes around a
    value at random with linear weights. That keeps the marginals of the cells and gives back the slope inside them.
    """

    def __init__(self, name, segments, tail, unit, thin_below=False):
        """`thin_below`: the density falls towards small values, so the lowest knot is not the sample's smallest value but
        where a straight first segment has the right mean."""
        self.name, self.segments, self.tail, self.unit, self.thin_below = name, segments, tail, unit, thin_below
        levels = [i / segments for i in range(segments)]
        self.levels = np.array(levels + [1 - 2.0**-k / segments for k in range(1, tail + 1)] + [1.0])
        assert segments & (segments - 1) == 0, "the generator cuts by shifts"

    def fit(self, value, present, axes, cells, least):
        """`value` is continuous already; `present`: where there is one."""
        shape = [len(e) + 1 for e in cells]
        index = [np.digitize(a, e) for a, e in zip(axes, cells)]
        self.nodes = [node_positions(a, i, e) for a, i, e in zip(axes, index, cells)]
        order = np.ravel_multi_index(index, shape) if shape else np.zeros(len(value), int)
        groups = [np.nonzero(order == k)[0] for k in range(int(np.prod(shape)))]
        grid = np.stack(np.unravel_index(np.arange(len(groups)), shape), 1) if shape else np.zeros((1, 0), int)
        rows = []
        for k in range(len(groups)):
            # A cell with few events borrows from its neighbours, nearest first.
            near = np.argsort(np.abs(grid - grid[k]).sum(1), kind="stable")
            absent, pool = self.gather([groups[j] for j in near], present, least)
            knots = np.quantile(value[pool], self.levels) if len(pool) else np.zeros(len(self.levels))
            if self.thin_below and len(pool):
                knots[0] = max(knots[0], 2 * value[pool][value[pool] <= knots[1]].mean() - knots[1])
            rows.append(np.concatenate([[round(4095 * absent)], np.rint(knots * self.unit)]))
        self.rows = np.array(rows).astype(int)
        assert self.rows.min() >= 0, self.name
        return self

    @staticmethod
    def gather(groups, present, least):
        """The absent share from the first `least` events, values from the first `least` / 3 that have one."""
        taken, pool, share = 0, [], None
        for g in groups:
            pool.append(g)
            taken += len(g)
            if share is None and taken >= least:
                share = 1 - present[np.concatenate(pool)].mean()
            if share is not None and present[np.concatenate(pool)].sum() >= least / 3:
                break
        pool = np.concatenate(pool)
        return (1 - present[pool].mean() if share is None else share), pool[present[pool]]

    def text(self):
        digits = 2 if self.rows.max() < 4096 else 3
        assert self.rows.max() < 64**digits, self.name
        head = f"table {self.name} {self.segments} {self.tail} {self.unit} {digits}"
        head += f" {len(self.nodes)}" + "".join(f" {len(n)}" + "".join(f" {v}" for v in n) for n in self.nodes)
        code = "".join("".join(ALPHABET[v >> 6 * d & 63] for d in reversed(range(digits))) for v in self.rows.ravel())
        return [head] + [code[i:i + 118] for i in range(0, len(code), 118)]


def node_positions(axis, index, edges):
    """The mean of the axis in each class, as increasing integers."""
    nodes = []
    for k in range(len(edges) + 1):
        inside = axis[index == k]
        at = round(inside.mean()) if len(inside) else edges[min(k, len(edges) - 1)]
        nodes.append(max(at, nodes[-1] + 1) if nodes else max(at, 0))
    return nodes


# ---- levels: probabilities stretched towards 1 ------------------------------------------------------------------------

LEVELS = np.array([i / SEGMENTS for i in range(SEGMENTS)] + [1 - 2.0**-k / SEGMENTS for k in range(1, OCTAVES + 1)] + [1.0])


def coordinate(u):
    """The place of a probability on the grid: knot number and fraction."""
    return np.interp(u, LEVELS, np.arange(len(LEVELS)))


class LevelTable:
    """Quantiles of a variable at nodes of ET on the common grid; between nodes they are interpolated.

    A row begins with the level below which there is no object. A node is fitted in a window around it, narrower than the
    space between nodes, so that the spread of ET inside the window adds little to the variable's own.
    """

    def __init__(self, name, unit):
        self.name, self.unit = name, unit

    def fit(self, value, present, et, ranks, nodes, rng):
        self.et_nodes, rows = nodes, []
        position = np.argsort(np.argsort(et + rng.random(len(et)))) / len(et)
        width = np.gradient(ranks)
        for rank, w in zip(ranks, width):
            inside = np.abs(position - rank) <= max(w / 4, 150 / len(et))
            absent = 1 - present[inside].mean()
            x = np.where(present[inside], value[inside], value[present].min() if present.any() else 0)
            rows.append(np.concatenate([[coordinate(absent) * 128], np.quantile(x, LEVELS) * self.unit]))
        self.rows = np.rint(np.array(rows)).astype(int)
        return self

    def blended(self, et):
        """The knots at each ET, and the absent level."""
        at = np.clip(np.interp(et, self.et_nodes, np.arange(len(self.et_nodes))), 0, len(self.et_nodes) - 1)
        k = np.minimum(at.astype(int), len(self.et_nodes) - 2)
        w = (at - k)[:, None]
        rows = self.rows[k] * (1 - w) + self.rows[k + 1] * w
        return rows[:, 1:] / self.unit, rows[:, 0] / 128

    def rank(self, value, present, et, rng):
        """The coordinate at which the table gives the value: what is left of it once ET is known."""
        knots, absent = self.blended(et)
        k = np.clip((knots <= value[:, None]).sum(1) - 1, 0, len(LEVELS) - 2)
        low, high = np.take_along_axis(knots, k[:, None], 1)[:, 0], np.take_along_axis(knots, k[:, None] + 1, 1)[:, 0]
        inside = k + np.clip((value - low) / np.maximum(high - low, 1e-9), 0, 1)
        below = coordinate(rng.random(len(et)) * np.interp(absent, np.arange(len(LEVELS)), LEVELS))
        return np.where(present, np.maximum(inside, absent), below), absent

    def text(self):
        digits = 2 if self.rows.max() < 4096 else 3
        code = "".join("".join(ALPHABET[v >> 6 * d & 63] for d in reversed(range(digits))) for v in self.rows.ravel())
        return [f"table {self.name} {self.unit} {digits} {len(self.rows)}"] + [code[i:i + 118] for i in range(0, len(code), 118)]


class Ranked:
    """The levels of one rank, those below which it is absent, and whether it is there."""

    def __init__(self, level, absent, present):
        self.level, self.absent, self.present = level, absent, present


class Link:
    """The level of one variable given that of another (and a class of a third): a copula by conditional quantiles.

    Rows stand at evenly spaced coordinates of the parent and are interpolated between; the third variable picks nodes.
    """

    def __init__(self, name, segments, tail, spacing):
        self.name, self.segments, self.tail, self.spacing = name, segments, tail, spacing
        levels = [i / segments for i in range(segments)]
        self.levels = np.array(levels + [1 - 2.0**-k / segments for k in range(1, tail + 1)] + [1.0])
        assert segments & (segments - 1) == 0, "the generator cuts by shifts"

    def fit_censored(self, level, present, absent, parent, third, cells, least, rng):
        """Of an absent object only a bound of the level is known: it is drawn from the last fit below the bound, and
        the fit repeated (expectation-maximisation by sampling)."""
        level, missing = level.copy(), np.nonzero(~present)[0]
        for _ in range(4 if len(missing) > 0.001 * len(level) else 1):
            self.fit(level, parent, third, cells, least, rng)
            left = missing
            for _ in range(12):
                drawn = self.draw(self.rows / 128, parent[left], third[left] if cells else None, rng)
                fits = drawn < absent[left]
                level[left[fits]] = drawn[fits]
                left = left[~fits]
        return self.fit(level, parent, third, cells, least, rng)

    def fit(self, level, parent, third, cells, least, rng):
        end = len(LEVELS) - 1
        centres = np.arange(self.spacing / 2, end, self.spacing)
        index = np.clip((parent / self.spacing).astype(int), 0, len(centres) - 1)
        other = np.digitize(third, cells) if cells else np.zeros(len(level), int)
        self.nodes = node_positions(third, other, cells) if cells else [0]
        rows = []
        for j in range(len(self.nodes)):
            for k in range(len(centres)):
                near = sorted((abs(k - a) + 0.5 * abs(j - b), a, b) for a in range(len(centres)) for b in range(len(self.nodes)))
                pool = np.zeros(0, int)
                for _, a, b in near:
                    pool = np.concatenate([pool, np.nonzero((index == a) & (other == b))[0]])
                    if len(pool) >= least:
                        break
                rows.append(np.quantile(self.moved(level[pool], parent[pool], centres[k]), self.levels))
        rows = np.array(rows)
        # Interpolation between rows bends the marginal a little, and a chain of twelve would add that up: map it back.
        part = np.linspace(0, 1, 401)
        for _ in range(3):
            made = np.quantile(self.draw(rows, parent, third, rng), part)
            made = np.maximum.accumulate(made + 1e-9 * np.arange(len(made)))
            rows = np.interp(rows, made, np.quantile(level, part))
        self.rows = np.rint(rows * 128).astype(int)
        return self

    @staticmethod
    def moved(level, parent, centre):
        """Levels as they would be at the centre of a bin: the slope inside it must not widen the row."""
        off = parent - parent.mean()
        slope = np.clip((off * level).mean() / max((off * off).mean(), 1e-9), 0, 1.5)
        return np.clip(level + slope * (centre - parent), 0, len(LEVELS) - 1)

    def draw(self, rows, parent, third, rng):
        """As Link::draw of src/simulate/levels.hpp."""
        count = len(rows) // len(self.nodes)
        at = np.clip(parent / self.spacing - 0.5, 0, count - 1 - 1e-6)
        k, w = at.astype(int), (at % 1)
        node = np.zeros(len(parent), int)
        if len(self.nodes) > 1:
            place = np.clip(np.interp(third, self.nodes, np.arange(len(self.nodes))), 0, len(self.nodes) - 1 - 1e-6)
            node = place.astype(int) + (rng.random(len(parent)) < place % 1)
        u = np.interp(rng.random(len(parent)), self.levels, np.arange(len(self.levels)))
        s, f = np.minimum(u.astype(int), len(self.levels) - 2), u % 1
        read = lambda r: rows[r, s] * (1 - f) + rows[r, s + 1] * f
        first = node * count + k
        return read(first) * (1 - w) + read(first + 1) * w

    def text(self):
        code = "".join(ALPHABET[v >> 6] + ALPHABET[v & 63] for v in self.rows.ravel())
        head = f"table {self.name} {self.segments} {self.tail} {self.spacing} {len(self.nodes)} " + " ".join(map(str, self.nodes))
        return [head] + [code[i:i + 118] for i in range(0, len(code), 118)]


def edges_by_quantile(x, n, step=1, low=None):
    """n classes of about equal population, edges on multiples of step, increasing and above `low`."""
    q = np.quantile(x, np.linspace(0, 1, n + 1)[1:-1])
    q = np.unique(np.rint(q / step).astype(int) * step)
    return [int(v) for v in q if low is None or v > low]


def signed_angle(a, b, turn):
    """|a - b| folded into [0, turn/2]."""
    d = np.abs(a - b) % turn
    return np.minimum(d, turn - d)


def fit_process(e, bins, rng):
    """All tables of one process. `bins` are the resolutions that its sample can pay for."""
    least = bins["least"]
    tables = []
    spread = lambda v: v + rng.random(len(v))

    def absolute(name, value, axes, cells, low=0):
        tables.append(Table(name, bins["tail_segments"], bins["tail"], 16).fit(
            spread(value), value > low if low else np.ones(len(value), bool), axes, cells, least))

    def uniform(name, value, axes, cells, unit=64, present=None):
        tables.append(Table(name, bins["segments"], 0, unit).fit(
            spread(value), np.ones(len(value), bool) if present is None else present, axes, cells, least))

    def chain(name, kind, slots, cells, other):
        """pt of slot i+1 as a share of the room below slot i: (next - low) / (previous - low), low the largest absent."""
        objects, low = getattr(e, kind), ABSENT[kind]
        value, prev, axis = [], [], [[] for _ in other]
        for i in slots:
            has = objects[:, i - 1, 0] > 0
            p, q = objects[has, i - 1, 0], objects[has, i, 0]
            value.append((spread(q) - low - 1) / (p - low))
            prev.append(p)
            for k, o in enumerate(other):
                axis[k].append(o[has])
        value = np.concatenate(value)
        tables.append(Table(name, bins["segments"] // 2 if bins["chain_tail"] else bins["segments"], bins["chain_tail"],
                            4095).fit(value, value >= 0, [np.concatenate(prev)] + [np.concatenate(a) for a in axis],
                                      cells, least))

    pt1, pt2 = e.jet[:, 0, 0], e.jet[:, 1, 0]
    mu1, mu2 = e.mu[:, 0, 0], e.mu[:, 1, 0]

    # Hard scale and energy sum.
    absolute("jet1", steps(pt1), [e.pu], [edges_by_quantile(e.pu, bins["pu"])], steps(ABSENT["jet"]))
    # The spread of ET between nodes of jet1 would add to its own: many nodes, few knots.
    tables.append(Table("sumet", 16, 8, 16, thin_below=True).fit(
        spread(e.et - PILEUP_SLOPE * e.pu + SUMET_SHIFT), np.ones(len(pt1), bool), [e.pu, pt1],
        [edges_by_quantile(e.pu, bins["pu_et"]) + bins["pu_high"], bins["lead"]], least))

    # Everything else, given ET: quantiles by rank, and how one rank's level follows from another's.
    ranks = np.array(bins["et"])
    et_nodes = [int(v) for v in np.quantile(e.et, ranks)]
    tables.append(Nodes("et", et_nodes))

    def ranked(name, x):
        present = x > 0
        value = spread(x)
        t = LevelTable(name, 16).fit(value, present, e.et, ranks, et_nodes, rng)
        tables.append(t)
        return Ranked(*t.rank(value, present, e.et, rng), present)

    def link(name, pairs, third=None, cells=None):
        """`pairs`: (variable, parent); all with a parent count."""
        pick = lambda f: np.concatenate([f(child, parent)[parent.present] for child, parent in pairs])
        level, parent = pick(lambda c, p: c.level), pick(lambda c, p: p.level)
        present, absent = pick(lambda c, p: c.present), pick(lambda c, p: c.absent)
        other = pick(lambda c, p: third) if cells else None
        made = Link(name, bins["link_segments"], bins["link_tail"], bins["spacing"])
        tables.append(made.fit_censored(level, present, absent, parent, other, cells, bins["link_least"], rng))

    jet = [ranked(f"jet_level{i + 1}", steps(e.jet[:, i, 0])) for i in range(12)]
    eg = [ranked(f"eg_level{i + 1}", e.eg[:, i, 0]) for i in range(12)]
    met = ranked("met_level", np.maximum(e.met[:, 0], 1))
    for first, last in JET_LINKS:
        link(f"jet_link{first}", [(jet[i], jet[i - 1]) for i in range(first - 1, last)])
    link("eg_link1", [(eg[0], jet[0])])
    link("eg_link2", [(eg[1], eg[0])], jet[1].level, bins["eg2_jet"])
    for first, last in EG_LINKS:
        link(f"eg_link{first}", [(eg[i], eg[i - 1]) for i in range(first - 1, last)])
    link("met_link", [(met, jet[0])], mu1, bins["met_mu"])
    # Muons.
    absolute("mu1", mu1, [pt1], [bins["mu1"]], ABSENT["mu"])
    chain("mu2", "mu", [1], [bins["mu2"]], [])
    chain("mun", "mu", range(2, 8), [bins["mun"]], [])

    # Directions. Jets in trigger towers, e/gamma in half towers, muons in their own units.
    jets = e.jet[:, :, 0] > 0
    slot = np.broadcast_to(np.arange(12), jets.shape)
    uniform("jet_eta", np.abs(e.jet[jets][:, 1]) // 2, [slot[jets], e.jet[jets][:, 0]],
            [bins["eta_slot"], bins["eta_jet"]], 64)
    pair = pt2 > 0
    both = e.jet[pair, 0, 1] * e.jet[pair, 1, 1]
    turn = signed_angle(e.jet[pair, 0, 2] // 2, e.jet[pair, 1, 2] // 2, 72)
    known = both != 0
    uniform("jet_side", np.ones(known.sum(), int), [pt1[pair][known]], [bins["angle"]], present=both[known] > 0)
    uniform("jet_turn", turn, [pt1[pair], pt2[pair]], [bins["angle"], bins["angle2"]])
    egs = e.eg[:, :, 0] > 0
    pe, he, fe = e.eg[egs].T
    row = np.nonzero(egs)[0]
    # A core match: the cluster's tower is the jet's centre (dphi -1, 0; deta 0, 1 in half towers, one more as slack).
    near = ((np.abs(he[:, None] - e.jet[row][:, :, 1]) <= 2) & (signed_angle(fe[:, None], e.jet[row][:, :, 2], 144) <= 2)
            & jets[row])
    partner = np.where(near.any(1), near.argmax(1) + 1, 0)
    uniform("eg_jet", partner, [pe], [bins["eg_jet"]], 64, present=partner > 0)
    alone = partner == 0
    uniform("eg_eta", np.where(he > 0, he - 1, -he)[alone], [pe[alone]], [bins["eta_eg"]], 32)
    mus = e.mu[:, :, 0] > 0
    uniform("mu_eta", np.abs(e.mu[mus][:, 1]), [e.mu[mus][:, 0]], [bins["eta_mu"]], 16)
    has = (mu1 > 0) & (pt1 > 0)
    uniform("mu_turn", signed_angle(e.mu[has, 0, 2] // 8, e.jet[has, 0, 2] // 2, 72), [mu1[has]], [bins["turn_mu"]])
    two = mu2 > 0
    uniform("mu_pair", signed_angle(e.mu[two, 0, 2] // 8, e.mu[two, 1, 2] // 8, 72), [mu2[two]], [bins["turn_mu"]])
    seen = pt1 > 0
    uniform("met_turn", signed_angle(e.met[seen, 2] // 2, e.jet[seen, 0, 2] // 2, 72), [pt1[seen], e.met[seen, 0]],
            [bins["angle"], bins["met_turn"]])
    hard = mu1 >= 20
    if hard.sum() < least:
        hard = mu1 > 0
    uniform("met_mu", signed_angle(e.met[hard, 2] // 2, e.mu[hard, 0, 2] // 8, 72), [mu1[hard]], [bins["turn_mu"]])
    return tables


JET_LINKS = [(2, 2), (3, 3), (4, 4), (5, 6), (7, 9), (10, 12)]  # ranks that share a link
EG_LINKS = [(3, 3), (4, 6), (7, 12)]

FINE = dict(
    least=300, segments=32, tail_segments=32, tail=13, chain_tail=6, pu=10, pu_et=5, pu_high=[70, 80],
    lead=[24, 27, 30, 33, 36, 40, 44, 48, 52, 56, 60, 65, 70, 76, 84, 96, 115, 150, 220],
    et=[0.004, 0.02, 0.05, 0.1, 0.17, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.84, 0.91, 0.96, 0.992],
    link_segments=16, link_tail=7, spacing=1, link_least=200, eg2_jet=[12], met_mu=[],
    mu1=[80], mu2=[*range(6, 13), 15, 20, 30], mun=[*range(6, 12)],
    eta_slot=[1, 2, 4, 7, 10], eta_jet=[26, 34, 45, 60, 80, 120], angle=[50, 65, 80, 120, 200], angle2=[35, 50, 80],
    eg_jet=[7, 8, 9, 11, 13, 16, 20, 28, 40], eta_eg=[7, 9, 12, 18, 30], eta_mu=[8, 14], turn_mu=[10, 20],
    met_turn=[45, 80, 120])
COARSE = dict(
    least=120, segments=16, tail_segments=16, tail=8, chain_tail=4, pu=2, pu_et=3, pu_high=[], lead=[60, 110, 180, 300],
    et=[0.02, 0.15, 0.5, 0.85, 0.98],
    link_segments=16, link_tail=3, spacing=2, link_least=80, eg2_jet=[4, 8, 12, 16], met_mu=[20, 70],
    mu1=[60, 110, 180], mu2=[6, 7, 8, 10, 14, 20, 40, 80, 120], mun=[6, 7, 9, 13, 25],
    eta_slot=[1, 3], eta_jet=[34, 60, 120], angle=[60, 100, 180], angle2=[60], eg_jet=[8, 13, 25, 50, 100],
    eta_eg=[9, 18, 40], eta_mu=[10, 40], turn_mu=[10, 20, 40], met_turn=[60, 120])


class Nodes:
    """The nodes of ET, which all level tables share."""

    def __init__(self, name, nodes):
        self.name, self.nodes, self.rows = name, nodes, np.zeros(0)

    def text(self):
        return [f"table {self.name} {len(self.nodes)} " + " ".join(map(str, self.nodes))]


def banner(what):
    return ["// Generated by dev/fit_simulation.py. Do not edit.", f"// {what}"]


def write_model(path, what, processes):
    lines = banner(what)
    for name, pileup, tables in processes:
        lines += [f'{{"{name}",', 'R"model(', f"pileup {pileup}"]
        for t in tables:
            lines += t.text()
        lines += ['end', ')model"},']
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    print(path, path.stat().st_size, "bytes,", sum(t.rows.size for _, _, ts in processes for t in ts), "numbers")


# ---- what the model is held against: test/simulate/fit.test.cpp ---------------------------------------------------------

def observables(e):
    """name -> values; the test makes the same from generated events."""
    jet, eg, mu, met = e.jet, e.eg, e.mu, e.met
    o = {"pileup": e.pu, "et": e.et, "ht": (2 * e.ht).astype(int), "met": met[:, 0], "met_phi": met[:, 1 + 1]}
    o |= {f"n_{k}": e.n[k] for k in ("eg", "mu", "jet")}
    for kind, objects, ranks in (("jet", jet, (1, 2, 3, 4, 6, 8, 12)), ("eg", eg, (1, 2, 3, 4, 8, 12)), ("mu", mu, (1, 2))):
        o |= {f"{kind}{r}_pt": objects[:, r - 1, 0] for r in ranks}
        there = objects[:, 0, 0] > 0
        o |= {f"{kind}1_eta": objects[there, 0, 1], f"{kind}1_phi": objects[there, 0, 2]}
    pair = jet[:, 1, 0] > 0
    o["jet2_eta"] = jet[pair, 1, 1]
    o["jet_turn"] = signed_angle(jet[pair, 0, 2], jet[pair, 1, 2], 144)
    lead = jet[:, 0, 0] > 0
    o["met_turn"] = signed_angle(met[lead, 2], jet[lead, 0, 2], 144)
    return o


CORRELATED = ["pileup", "et", "ht", "met", "n_eg", "n_jet", "jet1_pt", "jet2_pt", "jet4_pt", "eg1_pt", "eg2_pt", "mu1_pt"]
TAILS = {"jet1_pt": [100, 200, 300], "jet2_pt": [100, 200], "eg1_pt": [30, 80], "eg2_pt": [28], "mu1_pt": [20, 44],
         "met": [150, 220], "ht": [400, 560]}


def fires(e):
    """The twelve seeds of the data's README on the stored objects."""
    above = lambda objects, rank, gev: objects[:, rank - 1, 0] > 2 * gev
    central = -np.sort(-np.where(np.abs(e.jet[:, :, 1]) <= 57, e.jet[:, :, 0], 0), axis=1)
    seeds = [above(e.mu, 1, 22), above(e.mu, 1, 15) & above(e.mu, 2, 7),
             above(e.mu, 1, 5) & above(e.mu, 2, 3) & above(e.mu, 3, 3), above(e.eg, 1, 40),
             above(e.eg, 1, 27) & above(e.eg, 2, 14), central[:, 0] > 360, central[:, 1] > 300,
             (central[:, :4] > [190, 150, 130, 80]).all(1), e.ht > 360, e.met[:, 0] > 220,
             above(e.mu, 1, 7) & above(e.eg, 1, 23), above(e.mu, 1, 20) & above(e.eg, 1, 10)]
    return np.any(seeds, axis=0)


def reference(name, e):
    """Lines "process kind name ...": CDF points (value F), correlations, counts above thresholds per million, L1 share."""
    o = observables(e)
    lines = []
    for key, x in o.items():
        at = np.unique(np.quantile(x, np.linspace(0.03, 0.97, 13)).astype(int)) if len(x) >= 500 else []
        points = " ".join(f"{t} {np.mean(x <= t):.5f}" for t in at)
        if points:
            lines.append(f"{name} cdf {key} {points}")
    c = np.corrcoef([o[k] for k in CORRELATED])
    lines += [f"{name} corr {CORRELATED[i]} {CORRELATED[j]} {c[i, j]:.4f}" for i in range(len(c)) for j in range(i)]
    lines += [f"{name} tail {k} {t} {1e6 * np.mean(o[k] > t):.1f}" for k, ts in TAILS.items() for t in ts]
    return lines + [f"{name} l1 {fires(e).mean():.6f}"]


def main():
    rng = np.random.default_rng(20261121)
    generated = ROOT / "src/simulate/generated"
    lines = ["# Generated by dev/fit_simulation.py from the Pythia samples. Do not edit."]
    e = zerobias()
    lines += reference("ZeroBias", e)
    fit = "--reference-only" not in sys.argv
    if fit:
        write_model(generated / "zerobias.inc", "Zero bias: quantile tables of the generator (zerobias_pythia.h5).",
                    [("ZeroBias", "gauss 52 8", fit_process(e, FINE, rng))])
    parts = []
    for name, s in signals():
        lines += reference(name, s)
        pileup = "flat 0 70" if name.startswith("SingleNeutrino") else "gauss 52 8"
        if fit:
            parts.append((name, pileup, fit_process(s, COARSE, rng)))
    if fit:
        write_model(generated / "signals.inc", "Signals: quantile tables of the generator (signals_pythia.h5).", parts)
    (ROOT / "test/simulate/reference.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
