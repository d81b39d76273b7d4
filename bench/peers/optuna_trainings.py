#!/usr/bin/env python3
"""Optuna's TPE over our trainer: the space of the training package, answers of `bench_tune_trainings serve`.

usage: optuna_trainings.py "BUILD/bin/bench_tune_trainings serve DATA EPOCHS EPOCHS BATCH" SEED,... TRIALS
One line a seed: the seed, the best objective, all objectives.
"""
import subprocess
import sys

import optuna
from optuna_functions import search_space

optuna.logging.set_verbosity(optuna.logging.ERROR)
server, seeds, trials = sys.argv[1].split(), sys.argv[2].split(","), int(sys.argv[3])
trainer = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
suggest = search_space("package")


def objective(trial):
    trainer.stdin.write(" ".join(repr(float(value)) for value in suggest(trial).values()) + "\n")
    trainer.stdin.flush()
    return float(trainer.stdout.readline().split()[0])


for seed in map(int, seeds):
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=trials)
    print(seed, study.best_value, [trial.value for trial in study.trials], flush=True)
