#!/usr/bin/env python3
"""parts.py FIRST ALARM FULL LAST: the time from the first drifted lumisection to a validated candidate, by parts, from
`trigloop loop history --json` on standard input. FIRST, ALARM, FULL, LAST: lumisections of the drift's begin, of the first
alarm, of the end of the reservoir, and of the last that the shadow had to wait for."""
import json
import sys

LUMISECTION = 23.311  # seconds: 2^18 orbits


def main(first, alarm, full, last):
    rounds = json.load(sys.stdin)["rounds"]
    steps = rounds[-1]["steps"]
    at = {step["state"]: step["time_ns"] * 1e-9 for step in steps}
    if "validated" not in at:
        sys.exit(f"the round ended as '{rounds[-1]['state']}': {rounds[-1]['facts'].get('why_ended', rounds[-1]['facts'].get('why'))}")
    rows = [("stream: until the alarm", (alarm - first + 1) * LUMISECTION), ("stream: until the reservoir is full", (full - alarm) * LUMISECTION)]
    stream = sum(seconds for _, seconds in rows)
    order = [step["state"] for step in steps]
    begin = order.index("decided")
    for before, after in zip(order[begin:], order[begin + 1 :]):
        rows.append((f"compute: {before} -> {after}", at[after] - at[before]))
    compute = sum(seconds for name, seconds in rows if name.startswith("compute"))
    for name, seconds in rows + [("stream in all", stream), ("compute in all", compute), ("first drifted lumisection to candidate", stream + compute)]:
        print(f"  {name:<44} {seconds:8.1f} s")
    print(f"  apart, the wait for the shadow's exposure       {(last - full) * LUMISECTION:8.1f} s; people's signatures are not counted")
    print(f"  alarm: {rounds[-1]['facts']['cause_text']}; {rounds[-1]['facts']['why']}")
    for name, value in sorted(rounds[-1]["facts"].items()):
        if name.startswith("merit "):
            print(f"  mean efficiency on the new events, {name[6:]:<12} {100 * float(value):8.2f} %")
    for gate in json.loads(rounds[-1]["facts"]["gates"]):
        print(f"  gate {gate['gate']:<12} {gate['verdict']:<9} {gate['text']}")


main(*map(int, sys.argv[1:5]))
