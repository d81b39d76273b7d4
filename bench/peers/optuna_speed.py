#!/usr/bin/env python3
"""ms of CPU that Optuna's TPE takes for a suggestion with its report: 13 parameters, in memory.

usage: optuna_speed.py TRIALS ROUNDS
"""
import random
import sys
import time

import optuna
from optuna_functions import package

trials, rounds = map(int, sys.argv[1:])
optuna.logging.set_verbosity(optuna.logging.ERROR)
F, I = optuna.distributions.FloatDistribution, optuna.distributions.IntDistribution
space = {"rate_contrastive": F(1e-4, 1e-3, log=True), "rate_vae": F(1e-4, 1e-3, log=True)}
space |= {name: F(0, 1) for name in ("blur_p", "blur_m", "blur_s", "mask_p", "alpha", "beta")}
space |= {"encoder_0": I(24, 31), "encoder_1": I(8, 17), "latent": I(4, 5), "vae_0": I(8, 11), "vae_1": I(6, 7)}
draw = random.Random(1)


def point():
    return {n: draw.randint(d.low, d.high) if isinstance(d, I) else 10 ** draw.uniform(-4, -3) if d.log else draw.random()
            for n, d in space.items()}


def finished():
    values = point()
    return optuna.trial.create_trial(params=values, distributions=space, value=package(values))


study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))
study.add_trials([finished() for _ in range(trials)])


def step():
    trial = study.ask(space)
    study.tell(trial, package(trial.params))


step(), step()
begin = time.process_time()
for _ in range(rounds):
    step()
print((time.process_time() - begin) / rounds * 1e3)
