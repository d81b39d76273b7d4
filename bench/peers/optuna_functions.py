#!/usr/bin/env python3
"""Optuna's samplers on the functions of bench/tune/functions.cpp, in its order.

usage: optuna_functions.py values < POINTS   the value of each line "FUNCTION {parameters as JSON}"
       optuna_functions.py search FUNCTION SEEDS TRIALS [group | gp]
                                             one line a seed: the best value after each trial, as JSON
       optuna_functions.py front PROBLEM SEEDS TRIALS [tpe | nsga2]
                                             one line a seed: both objectives of each trial, as JSON

The same formulas stand in both languages; bench/tune/run compares their values before it compares searches.
"""
import functools
import json
import math
import pathlib
import sys


def branin(p):
    x, y = p["x"], p["y"]
    return (y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
              [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]


def hartmann6(p):
    x = [p[f"x{i}"] for i in range(6)]
    return -sum(alpha * math.exp(-sum(a * (v - 1e-4 * c) ** 2 for a, v, c in zip(row, x, centre)))
                for alpha, row, centre in zip([1.0, 1.2, 3.0, 3.2], HARTMANN_A, HARTMANN_P))


def ackley5(p):
    x = [p[f"x{i}"] for i in range(5)]
    return (20 - 20 * math.exp(-0.2 * math.sqrt(sum(v * v for v in x) / 5)) + math.e
            - math.exp(sum(math.cos(2 * math.pi * v) for v in x) / 5))


def rosenbrock4(p):
    x = [p[f"x{i}"] for i in range(4)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3))


def levy4(p):
    w = [1 + (p[f"x{i}"] - 1) / 4 for i in range(4)]
    return (math.sin(math.pi * w[0]) ** 2 + sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
            + (w[3] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[3]) ** 2))


def styblinski5(p):
    return sum(v**4 - 16 * v * v + 5 * v for v in (p[f"x{i}"] for i in range(5))) / 2


def rastrigin3(p):
    return sum(10 + v * v - 10 * math.cos(2 * math.pi * v) for v in (p[f"x{i}"] for i in range(3)))


def mixed(p):
    """Floats, a logarithm, integers and categories; the best category is not the best on average."""
    centre = {"a": 0.2, "b": 0.5, "c": 0.7, "d": 0.9}[p["kind"]]
    depth = {"a": 1.0, "b": 0.5, "c": 0.0, "d": 0.3}[p["kind"]]
    width = {"a": 1.0, "b": 2.0, "c": 8.0, "d": 4.0}[p["kind"]]
    return (depth + width * ((p["x"] - centre) ** 2 + (p["y"] - 1 + centre) ** 2) + 0.2 * (math.log10(p["rate"]) + 3) ** 2
            + 0.01 * (p["size"] - 11) ** 2 + (0.0 if p["flag"] else 0.2))


def conditional(p):
    """A tree of parameters: which exist depends on others."""
    if p["model"] == "linear":
        return 0.6 + 0.05 * (math.log10(p["penalty"]) + 2) ** 2
    if p["model"] == "tree":
        return 0.3 + 0.01 * (p["depth"] - 7) ** 2 + 0.05 * (math.log2(p["leaf"]) - 3) ** 2
    value = 0.2 * (math.log10(p["rate"]) + 2.5) ** 2 + {1: 0.2, 2: 0.0, 3: 0.1}[p["layers"]]
    for i, best in enumerate((40, 24, 12)[: p["layers"]]):
        value += ((p[f"width{i}"] - best) / 30) ** 2
    return value


def package(p):
    """The space of the training package's search, with a smooth answer of its size."""
    value = 0.3 * (math.log10(p["rate_contrastive"]) + 3.3) ** 2 + 0.6 * (math.log10(p["rate_vae"]) + 3.5) ** 2
    value += 2 * (p["blur_p"] - 0.4) ** 2 + (p["blur_m"] - p["blur_s"]) ** 2 + 0.5 * (p["blur_s"] - 0.3) ** 2
    value += 1.5 * (p["mask_p"] - 0.15) ** 2 + (p["alpha"] - 0.6) ** 2 + 0.5 * abs(p["beta"] - 0.8 * p["alpha"])
    value += 0.02 * (p["encoder_0"] - 29) ** 2 / 4 + 0.02 * (p["encoder_1"] - 14) ** 2 / 4 + 0.1 * (5 - p["latent"])
    return value + 0.05 * abs(p["vae_0"] - 10) + 0.05 * (7 - p["vae_1"])


def camel2(p):
    x, y = p["x0"], p["x1"]
    return (4 - 2.1 * x * x + x**4 / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y


def michalewicz5(p):
    return -sum(math.sin(p[f"x{i}"]) * math.sin((i + 1) * p[f"x{i}"] ** 2 / math.pi) ** 20 for i in range(5))


def griewank4(p):
    x = [p[f"x{i}"] for i in range(4)]
    return 1 + sum(v * v / 4000 for v in x) - math.prod(math.cos(v / math.sqrt(i + 1)) for i, v in enumerate(x))


def schwefel3(p):
    return 418.9828872724339 * 3 - sum(v * math.sin(math.sqrt(abs(v))) for v in (p[f"x{i}"] for i in range(3)))


def dixonprice6(p):
    x = [p[f"x{i}"] for i in range(6)]
    return (x[0] - 1) ** 2 + sum((i + 1) * (2 * x[i] ** 2 - x[i - 1]) ** 2 for i in range(1, 6))


@functools.cache
def table():
    path = pathlib.Path(__file__).resolve().parents[1] / "tune/trainings.csv"
    return [float(line.split(",")[-1]) for line in path.read_text().splitlines()[1:]]


def trainings(p):
    """What each point of a grid of real trainings lacks to the best of them."""
    row = 0
    for name, many in (("rate_contrastive", 4), ("rate_vae", 5), ("mask_p", 3), ("beta", 4), ("encoder_1", 3)):
        row = row * many + p[name]
    return max(table()) - table()[2 * row + [512, 2048].index(p["batch"])]


def zdt(p, shape):
    g = 1 + 9 * sum(p[f"x{i}"] for i in range(1, 6)) / 5
    return p["x0"], g * (1 - shape(p["x0"] / g))


def cost(p):
    return package(p), (p["encoder_0"] * (57 + p["encoder_1"]) + p["encoder_1"] * p["latent"]) / 2000


PROBLEMS = {"zdt1": lambda p: zdt(p, math.sqrt), "zdt2": lambda p: zdt(p, lambda x: x * x), "cost": cost}


def search_space(name):
    """suggest(trial) -> parameters, in the order of functions.cpp."""
    box = {"branin": None, "hartmann6": (6, 0, 1), "ackley5": (5, -5, 10), "rosenbrock4": (4, -5, 10), "levy4": (4, -10, 10),
           "styblinski5": (5, -5, 5), "rastrigin3": (3, -4, 6), "michalewicz5": (5, 0, 3.141592653589793),
           "griewank4": (4, -50, 70), "schwefel3": (3, -500, 500), "dixonprice6": (6, -10, 10), "zdt1": (6, 0, 1),
           "zdt2": (6, 0, 1)}
    if name == "branin":
        return lambda t: {"x": t.suggest_float("x", -5, 10), "y": t.suggest_float("y", 0, 15)}
    if name in box:
        n, low, high = box[name]
        return lambda t: {f"x{i}": t.suggest_float(f"x{i}", low, high) for i in range(n)}
    if name == "mixed":
        return lambda t: {"kind": t.suggest_categorical("kind", ["a", "b", "c", "d"]), "x": t.suggest_float("x", 0, 1),
                          "y": t.suggest_float("y", 0, 1), "rate": t.suggest_float("rate", 1e-5, 1, log=True),
                          "size": t.suggest_int("size", 1, 16), "flag": t.suggest_categorical("flag", [False, True])}
    if name == "conditional":
        def tree(t):
            p = {"model": t.suggest_categorical("model", ["linear", "tree", "network"])}
            if p["model"] == "linear":
                p["penalty"] = t.suggest_float("penalty", 1e-6, 1, log=True)
            elif p["model"] == "tree":
                p |= {"depth": t.suggest_int("depth", 1, 12), "leaf": t.suggest_int("leaf", 1, 128, log=True)}
            else:
                p |= {"rate": t.suggest_float("rate", 1e-5, 1, log=True), "layers": t.suggest_int("layers", 1, 3)}
                p |= {f"width{i}": t.suggest_int(f"width{i}", 4, 64) for i in range(p["layers"])}
            return p
        return tree
    if name == "camel2":
        return lambda t: {"x0": t.suggest_float("x0", -3, 3), "x1": t.suggest_float("x1", -2, 2)}
    if name == "trainings":
        sizes = {"rate_contrastive": 4, "rate_vae": 5, "mask_p": 3, "beta": 4, "encoder_1": 3}
        return lambda t: ({n: t.suggest_int(n, 0, many - 1) for n, many in sizes.items()}
                          | {"batch": t.suggest_categorical("batch", [512, 2048])})
    assert name in ("package", "cost"), name

    def thirteen(t):
        p = {n: t.suggest_float(n, 1e-4, 1e-3, log=True) for n in ("rate_contrastive", "rate_vae")}
        p |= {n: t.suggest_float(n, 0, 1) for n in ("blur_p", "blur_m", "blur_s", "mask_p", "alpha", "beta")}
        for n, low, high in (("encoder_0", 24, 31), ("encoder_1", 8, 17), ("latent", 4, 5), ("vae_0", 8, 11), ("vae_1", 6, 7)):
            p[n] = t.suggest_int(n, low, high)
        return p
    return thirteen


FUNCTIONS = {f.__name__: f for f in (branin, hartmann6, ackley5, rosenbrock4, levy4, styblinski5, rastrigin3, mixed,
                                     conditional, package, camel2, michalewicz5, griewank4, schwefel3, dixonprice6,
                                     trainings)}


def optuna_quietly():
    import warnings

    import optuna
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def gp_without_devices(optuna):
    """Debian's torch 1.13 cannot enter torch.device("cpu") as a context; the CPU is where it computes anyway."""
    import contextlib
    import types

    import torch
    if int(torch.__version__.split(".")[0]) < 2:
        optuna.samplers._gp.sampler.torch = types.SimpleNamespace(
            **{**vars(torch), "device": lambda name: contextlib.nullcontext()})


def search(name, seeds, trials, how):
    optuna = optuna_quietly()
    if how == "gp":
        gp_without_devices(optuna)
    function, suggest = FUNCTIONS[name], search_space(name)
    for seed in range(seeds):
        if how == "gp":
            sampler = optuna.samplers.GPSampler(seed=seed)
        else:
            sampler = optuna.samplers.TPESampler(seed=seed, **({"multivariate": True, "group": True} if how else {}))
        study = optuna.create_study(sampler=sampler)
        study.optimize(lambda t: function(suggest(t)), n_trials=trials)
        best, course = math.inf, []
        for t in study.trials:
            best = min(best, t.value)
            course.append(best)
        print(json.dumps(course), flush=True)


def front(name, seeds, trials, how):
    optuna = optuna_quietly()
    values, suggest = PROBLEMS[name], search_space(name)
    samplers = {"tpe": optuna.samplers.TPESampler, "nsga2": optuna.samplers.NSGAIISampler}
    for seed in range(seeds):
        study = optuna.create_study(directions=["minimize"] * 2, sampler=samplers[how](seed=seed))
        study.optimize(lambda t: values(suggest(t)), n_trials=trials)
        print(json.dumps([t.values for t in study.trials]), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["values"]:
        for line in sys.stdin:
            name, point = line.split(" ", 1)
            print(repr(FUNCTIONS[name](json.loads(point))))
    elif sys.argv[1:2] == ["search"] and len(sys.argv) >= 5:
        search(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), "".join(sys.argv[5:]))
    elif sys.argv[1:2] == ["front"] and len(sys.argv) == 6:
        front(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        sys.exit(__doc__)
