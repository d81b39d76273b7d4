"""ROOT's GetEntry loop over an orbit file: root_orbits.py FILE; then `pass` or `dump PATH` a line, each answered by a line of JSON."""
import json
import shutil
import sys
import tempfile
from pathlib import Path

import ROOT

HERE = Path(__file__).resolve().parent
CLASSES = HERE.parents[1] / "test/peers/orbits/classes.h"

with tempfile.TemporaryDirectory() as folder:
    shutil.copy(CLASSES, folder)
    shutil.copy(HERE / "root_orbits.cpp", folder)
    if ROOT.gSystem.CompileMacro(f"{folder}/root_orbits.cpp", "kO") != 1:
        sys.exit("ROOT could not compile the loop")
    print(json.dumps({"name": "ROOT " + ROOT.gROOT.GetVersion()}), flush=True)
    for line in sys.stdin:
        dump = line.strip()[5:] if line.startswith("dump ") else ""
        print(json.dumps({"cpu": ROOT.root_orbits(sys.argv[1], dump)}), flush=True)
