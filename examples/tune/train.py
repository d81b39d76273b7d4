"""A training loop as people write them, here of a network with one hidden layer and without any package.

Three things make it a trial of `trigloop tune` (docs/tune.md):
- parameters come from the environment: TUNE_rate, TUNE_hidden;
- every epoch prints "STEP METRIC VALUE";
- asked to stop (SIGTERM), it saves its state in TUNE_FOLDER, and goes on from there when it is started again. Without
  that it would start over.
"""
import json
import math
import os
import random
import signal
import time

rate = float(os.environ.get("TUNE_rate", 0.1))
hidden = int(os.environ.get("TUNE_hidden", 4))
epochs = int(os.environ.get("EPOCHS", 20))
checkpoint = os.path.join(os.environ.get("TUNE_FOLDER", "."), "checkpoint.json")

asked_to_stop = False


def on_term(number, frame):
    global asked_to_stop
    asked_to_stop = True


signal.signal(signal.SIGTERM, on_term)
random.seed(1)
points = [(x / 20, math.sin(x / 6)) for x in range(-20, 21)]
state = {"epoch": 0, "w": [random.uniform(-1, 1) for _ in range(3 * hidden)]}
if os.path.exists(checkpoint):
    with open(checkpoint) as file:
        state = json.load(file)


def save():
    with open(checkpoint + ".part", "w") as file:
        json.dump(state, file)
    os.replace(checkpoint + ".part", checkpoint)


def train_epoch(w):
    loss = 0.0
    for x, y in points:
        h = [math.tanh(w[3 * i] * x + w[3 * i + 1]) for i in range(hidden)]
        error = sum(w[3 * i + 2] * h[i] for i in range(hidden)) - y
        loss += error * error / len(points)
        for i in range(hidden):
            slope = error * w[3 * i + 2] * (1 - h[i] ** 2)
            w[3 * i + 2] -= rate * error * h[i]
            w[3 * i] -= rate * slope * x
            w[3 * i + 1] -= rate * slope
    return loss if loss < 1e9 else 1e9  # also where it is no number


while state["epoch"] < epochs:
    loss = train_epoch(state["w"])
    state["epoch"] += 1
    print(state["epoch"], "loss", repr(loss), flush=True)
    save()
    time.sleep(float(os.environ.get("EPOCH_SECONDS", 0)))
    if asked_to_stop and state["epoch"] < epochs:
        raise SystemExit(85)
