"""htcondor_parse.py FILE: what HTCondor's own parser reads from a submit file, as JSON; ends with 77 where it is not installed."""
import json
import sys

try:
    import htcondor2 as htcondor
except ImportError:
    try:
        import htcondor
    except ImportError:
        sys.exit(77)

with open(sys.argv[1]) as file:
    submit = htcondor.Submit(file.read())
print(json.dumps({"queue": submit.getQArgs(), "commands": dict(submit)}))
