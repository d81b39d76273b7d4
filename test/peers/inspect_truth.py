"""Compares `trigloop inspect --json` of ROOT files with what uproot reads: every numeric column's values, min, max and sum.

Usage: inspect_truth.py PROGRAM FILE... Prints what differs, and how many columns were compared.
"""
import json
import math
import subprocess
import sys

import awkward as ak
import numpy as np
import uproot

compared, problems = 0, []


def flat_values(branch):
    """The numbers of a branch as one NumPy array, or None if uproot does not read it as numbers."""
    try:
        array = ak.flatten(branch.array(library="ak"), axis=None)
        values = ak.to_numpy(array)
    except Exception:
        return None
    return values if values.dtype.kind in "biuf" else None


def same_float(got, wanted):
    if got is None:
        return not math.isfinite(wanted)
    return math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-300)


def check(where, column, values):
    global compared
    compared += 1
    if column["values"] != len(values):
        problems.append(f"{where}: {column['values']} values, not {len(values)}")
    elif len(values) == 0:
        if column["min"] is not None or column["sum"] != 0:
            problems.append(f"{where}: an empty column has a minimum")
    elif values.dtype.kind == "f":
        finite = values[~np.isnan(values)].astype(np.float64)
        if column["nan"] != len(values) - len(finite):
            problems.append(f"{where}: {column['nan']} NaNs")
        elif len(finite) and not (column["min"] == finite.min() and column["max"] == finite.max() and
                                  same_float(column["sum"], math.fsum(finite))):
            problems.append(f"{where}: {column['min']} {column['max']} {column['sum']}, not {finite.min()} {finite.max()} "
                            f"{math.fsum(finite)}")
    else:
        wanted = int(values.min()), int(values.max()), int(np.sum(values.astype(object)))
        if (column["min"], column["max"], column["sum"]) != wanted:
            problems.append(f"{where}: {column['min']} {column['max']} {column['sum']}, not {wanted}")


for path in sys.argv[2:]:
    run = subprocess.run([sys.argv[1], "inspect", "--json", path], capture_output=True, text=True)
    if run.returncode != 0:
        problems.append(f"{path}: exit {run.returncode}: {run.stderr.strip()}")
        continue
    ours = json.loads(run.stdout)
    file = uproot.open(path)
    for tree in ours["trees"]:
        theirs = {b.name: b for b in file[f"{tree['name']};{tree['cycle']}"].itervalues(recursive=True)}
        for column in tree["columns"]:
            branch = theirs.get(column["name"].split("/")[-1].split(".")[0]) or theirs.get(column["name"])
            if column["values"] is None or branch is None:
                continue
            values = flat_values(branch)
            if values is not None:
                check(f"{path}: {tree['name']}.{column['name']}", column, values)

print(f"compared {compared} columns")
print("\n".join(problems[:20]))
sys.exit(1 if problems or compared == 0 else 0)
