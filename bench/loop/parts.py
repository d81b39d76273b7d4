#!/usr/bin/env python3
"""parts.py RUN.json...: the time from the first drifted lumisection to a validated candidate,
by parts, of every run, with median and spread.

RUN.json is `trigloop loop history --json` after the successor's probation. Beside it lie RUN.marks (the first drifted
lumisection, that of the first alarm, that with which the reservoir was full, the last that the shadow waited for) and
RUN.looks (when the loop was called and when it was done, ns)."""
import json
import statistics
import sys
from pathlib import Path

LUMISECTION = 23.311  # seconds: 2^18 orbits
STEPS = ["collected", "curated", "trained", "chosen", "shadowed", "validated"]


def worked(looks, begin, end):
    """For how long the loop was at work in [begin, end], seconds."""
    return sum(max(0, min(end, b) - max(begin, a)) for a, b in looks) * 1e-9


def parts(path):
    """Rows of one run: name -> seconds, then name -> percent; and its last round."""
    rounds = json.loads(path.read_text())["rounds"]
    last_round = rounds[-1]
    facts = last_round["facts"]
    at = {step["state"]: step["time_ns"] for step in last_round["steps"]}
    if "validated" not in at:
        sys.exit(f"the round ended as '{last_round['state']}': {facts.get('why_ended', facts.get('why'))}")
    first, alarm, full, last = map(int, path.with_suffix(".marks").read_text().split())
    looks = [tuple(map(int, line.split())) for line in path.with_suffix(".looks").read_text().splitlines()]
    seconds = {
        "stream until the alarm": (alarm - first + 1) * LUMISECTION,
        "stream until the reservoir is full": (full - alarm) * LUMISECTION,
        "compute: watch and decide": worked(looks, 0, at["decided"]),
    }
    names = dict(zip(STEPS, ["export", "curate", "train", "compare on the new events", "score in shadow", "gates and evidence"]))
    before = at["decided"]
    for state in filter(at.get, STEPS):  # new thresholds alone take no training
        seconds["compute: " + names[state]] = worked(looks, before, at[state])
        before = at[state]
    stream = sum(s for name, s in seconds.items() if name.startswith("stream"))
    compute = sum(s for name, s in seconds.items() if name.startswith("compute"))
    seconds["stream in all"] = stream
    seconds["compute in all (asked: 240)"] = compute
    seconds["first drifted lumisection to candidate (asked: 720)"] = stream + compute
    until_chosen = worked(looks, at["decided"], at.get("chosen", at["decided"]))
    seconds["apart: the gates' wait for exposure in shadow"] = max(0, (last - full) * LUMISECTION - until_chosen)
    return seconds, qualities(rounds[0]["facts"], facts), last_round


def qualities(before, facts):
    """Percent: the rate from its target; mean efficiencies of the first model before the drift, and of both after it."""
    rows = {f"mean efficiency before the drift, {name[6:]}": 100 * float(value) for name, value in before.items() if name.startswith("merit ")}
    point = next(iter(json.loads(facts.get("points_deployed", "[]"))), None)
    if point:
        rows["rate of the successor, off its target"] = 100 * (point["raw"]["hz"] / point["target_hz"] - 1)
        rows["  its error"] = 100 * point["raw"]["error"] / point["target_hz"]
    for name, value in sorted(facts.items()):
        if name.startswith("merit "):
            rows[f"mean efficiency on the new events, {name[6:]}"] = 100 * float(value)
    return rows


def table(runs, unit):
    """A column a run, then median, lowest and highest."""
    print(f"  {unit:<54}" + "".join(f"{'run ' + str(r + 1):>9}" for r in range(len(runs))) + f"{'median':>10}   spread")
    for name in runs[0]:
        values = [run.get(name, float("nan")) for run in runs]
        print(f"  {name:<54}" + "".join(f"{v:9.2f}" for v in values) + f"{statistics.median(values):10.2f}   {min(values):.2f}..{max(values):.2f}")
    print()


def main(*paths):
    results = [parts(Path(path)) for path in paths]
    table([seconds for seconds, _, _ in results], "seconds")
    table([percent for _, percent, _ in results], "percent")
    for r, (_, _, last_round) in enumerate(results):
        facts = last_round["facts"]
        print(f"  run {r + 1} ended as '{last_round['state']}'. {facts['cause_text']}; {facts['why']}")
        for gate in json.loads(facts["gates"]):
            print(f"    gate {gate['gate']:<12} {gate['verdict']:<9} {gate['text']}")


main(*sys.argv[1:])
