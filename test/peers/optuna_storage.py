"""Optuna 5 on a storage that trigloop shares with it.

optuna_storage.py read LOCATION           prints the trials of study "s" as JSON
optuna_storage.py run LOCATION TRIALS     runs trials of it (made if missing); waiting ones first
optuna_storage.py dashboard LOCATION      prints what optuna-dashboard's API says of all studies and of the first one
LOCATION is a file; it is SQLite's if it ends in .db.
"""
import json
import math
import sys
import threading
import urllib.request
import wsgiref.simple_server

try:
    import optuna
except ImportError:
    sys.exit(77)

optuna.logging.set_verbosity(optuna.logging.ERROR)


def storage_of(location):
    if location.endswith(".db"):
        return optuna.storages.RDBStorage("sqlite:///" + location, engine_kwargs={"connect_args": {"timeout": 60}})
    return optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(location))


def plain(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read(location):
    study = optuna.load_study(study_name="s", storage=storage_of(location))
    print(json.dumps([{
        "number": t.number, "state": t.state.name, "params": t.params,
        "values": None if t.values is None else [plain(v) for v in t.values],
        "intermediate": {str(k): plain(v) for k, v in t.intermediate_values.items()},
        "user": t.user_attrs, "system": t.system_attrs,
        "start": t.datetime_start and t.datetime_start.timestamp(),
    } for t in study.get_trials()]))


def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    trial.suggest_int("n", 1, 10)
    trial.suggest_categorical("c", ["a", 1, None])
    trial.report(x, 1)
    trial.report(float("nan"), 2)
    trial.set_user_attr("by", "optuna")
    if x > 0.8:
        raise optuna.TrialPruned()
    return x


def run(location, trials):
    study = optuna.create_study(study_name="s", storage=storage_of(location), load_if_exists=True,
                                sampler=optuna.samplers.RandomSampler(seed=1))
    study.optimize(objective, n_trials=trials)


def dashboard(location):
    import optuna_dashboard
    app = optuna_dashboard.wsgi(storage_of(location))
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, handler_class=type(
        "Quiet", (wsgiref.simple_server.WSGIRequestHandler,), {"log_message": lambda *a: None}))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}{path}") as reply:
            return json.load(reply)
    studies = get("/api/studies")["study_summaries"]
    print(json.dumps({"studies": studies, "first": get(f"/api/studies/{studies[0]['study_id']}")}))
    server.shutdown()


if sys.argv[1] == "run":
    run(sys.argv[2], int(sys.argv[3]))
else:
    {"read": read, "dashboard": dashboard}[sys.argv[1]](sys.argv[2])
