#!/usr/bin/env python3
"""Optuna's TPE on the functions of bench/tune/functions.cpp, in its order.

usage: optuna_functions.py values < POINTS   the value of each line "FUNCTION {parameters as JSON}"
       optuna_functions.py search FUNCTION SEEDS TRIALS [group]
                                             one line a seed: the best value after each trial, as JSON

The same formulas stand in both languages; bench/tune/run compares their values before it compares searches.
"""
import json
import math
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


def search_space(name):
    """suggest(trial) -> parameters, in the order of functions.cpp."""
    box = {"branin": None, "hartmann6": (6, 0, 1), "ackley5": (5, -5, 10), "rosenbrock4": (4, -5, 10), "levy4": (4, -10, 10),
           "styblinski5": (5, -5, 5), "rastrigin3": (3, -4, 6)}
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
    assert name == "package", name

    def thirteen(t):
        p = {n: t.suggest_float(n, 1e-4, 1e-3, log=True) for n in ("rate_contrastive", "rate_vae")}
        p |= {n: t.suggest_float(n, 0, 1) for n in ("blur_p", "blur_m", "blur_s", "mask_p", "alpha", "beta")}
        for n, low, high in (("encoder_0", 24, 31), ("encoder_1", 8, 17), ("latent", 4, 5), ("vae_0", 8, 11), ("vae_1", 6, 7)):
            p[n] = t.suggest_int(n, low, high)
        return p
    return thirteen


FUNCTIONS = {f.__name__: f for f in (branin, hartmann6, ackley5, rosenbrock4, levy4, styblinski5, rastrigin3, mixed,
                                     conditional, package)}


def search(name, seeds, trials, group):
    import warnings

    import optuna
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    function, suggest = FUNCTIONS[name], search_space(name)
    for seed in range(seeds):
        sampler = optuna.samplers.TPESampler(seed=seed, **({"multivariate": True, "group": True} if group else {}))
        study = optuna.create_study(sampler=sampler)
        study.optimize(lambda t: function(suggest(t)), n_trials=trials)
        best, course = math.inf, []
        for t in study.trials:
            best = min(best, t.value)
            course.append(best)
        print(json.dumps(course), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["values"]:
        for line in sys.stdin:
            name, point = line.split(" ", 1)
            print(repr(FUNCTIONS[name](json.loads(point))))
    elif sys.argv[1:2] == ["search"] and len(sys.argv) >= 5:
        search(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:] == ["group"])
    else:
        sys.exit(__doc__)
