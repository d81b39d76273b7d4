"""Runs ROOT's own tools on files that hold the same tree: FOLDER TABLE FILE FILE. They must not warn, and what hadd
merges must be the values twice."""
import subprocess
import sys
from pathlib import Path

import ROOT
from root_common import Expected
from root_uproot import compare

folder, table, *paths = sys.argv[1:]
tools = Path(ROOT.__file__).parent / "bin"


def run(*words):
    done = subprocess.run([str(tools / words[0]), *words[1:]], capture_output=True, text=True)
    text = done.stdout + done.stderr
    if done.returncode != 0 or "Warning" in text or "Error" in text:
        sys.exit(f"{words[0]} says: {text}")
    return text


for path in paths:
    if table not in run("rootls", "-t", path):
        sys.exit("rootls does not show the tree")
for mode in ["-ff"], ["-ff", "-O"]:  # copies the baskets; writes them anew
    merged = str(Path(folder) / "merged.root")
    run("hadd", "-f", *mode, merged, *paths)
    compare(merged, table, Expected(folder, table), times=len(paths))
print("equal")
