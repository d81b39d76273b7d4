"""Optuna's TPE through its own storages, on the study that `bench_tune_storage prepare` made.

optuna_storage.py LOCATION TRIALS: suggest 13 parameters + tell, milliseconds a trial.
"""
import sys
import time

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
location, trials = sys.argv[1], int(sys.argv[2])
start = time.perf_counter()
if location.startswith("sqlite"):
    storage = optuna.storages.RDBStorage(location)
else:
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(location))
study = optuna.load_study(study_name="bench", storage=storage, sampler=optuna.samplers.TPESampler(seed=1, multivariate=True))
study.get_trials(deepcopy=False)
print(f"open: {time.perf_counter() - start:.3f} s")


def one():
    trial = study.ask()
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(13)]
    study.tell(trial, sum((v - 0.3) ** 2 for v in x))


one()
start, cpu = time.perf_counter(), time.process_time()
for _ in range(trials):
    one()
print(f"suggest + tell: {(time.perf_counter() - start) * 1e3 / trials:.3f} ms a trial, "
      f"{(time.process_time() - cpu) * 1e3 / trials:.3f} ms of CPU")
