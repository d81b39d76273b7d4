"""Writes the small QKeras models of test/model/data, and what QKeras 0.9.0 itself computes with them.

    python test/peers/qkeras_models.py test/model/data [SHARED]

Needs tensorflow 2.15, qkeras 0.9.0 and pyparsing below 4, which are too heavy for the tests themselves: the results are
kept. With SHARED, the folder of optional test data, the scores of its models are written, too.
"""
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import numpy as np
import tensorflow as tf
from qkeras import QActivation, QDense, quantized_bits, quantized_relu
from qkeras.utils import load_qmodel
from tensorflow.keras import Input, Model, Sequential
from tensorflow.keras.layers import Add, BatchNormalization, Concatenate, Dot, Dropout, Flatten, Multiply, Subtract

rng = np.random.default_rng(20)
weight, offset = quantized_bits(6, 2, alpha=1), quantized_bits(10, 6, alpha=1)


def dense(units, activation=None, kernel=weight, bias=offset, **options):
    return QDense(units, activation=activation, kernel_quantizer=kernel, bias_quantizer=bias, **options)


def nested():
    """A backbone and an autoencoder as models within a model, the backbone called once, its output used twice."""
    backbone = Sequential([Input(12), dense(9, "quantized_relu(10,6)", name="first"), dense(6, name="second")],
                          name="backbone")
    inner_in = Input(6)
    code = dense(3, quantized_relu(8, 4), name="code")(inner_in)
    encoder = Model(inner_in, code, name="encoder")
    middle_in = Input(6)
    middle = Model(middle_in, dense(6, name="back")(encoder(middle_in)), name="autoencoder")
    x = Input(12, name="features")
    z = backbone(QActivation(quantized_bits(8, 5, alpha=1), name="data")(x))
    d = Subtract(name="difference")([middle(z), z])
    return Model(x, Dot(axes=1, name="score")([d, d]), name="nested")


def sequential():
    """Every option of the quantisers that changes numbers, as objects and as text."""
    return Sequential([
        QActivation("quantized_bits(10,4,symmetric=1,alpha=1)", input_shape=(7,), name="in"),
        dense(8, "quantized_relu(7,3)", kernel=quantized_bits(5, 0), name="automatic"),
        dense(7, kernel=quantized_bits(4, 1, alpha="auto_po2"), bias=quantized_bits(8, 3), name="po2"),
        QActivation("quantized_bits(9,3,0,1,alpha=0.5)", name="halved"),
        dense(6, "relu", kernel=quantized_bits(5, 1, 1, alpha=2.0), name="symmetric"),
        QActivation(quantized_bits(8, 4, keep_negative=False), name="unsigned"),
        Dropout(0.5),
        dense(5, kernel=quantized_bits(3, 0, keep_negative=False, alpha=1), use_bias=False, name="unbiased"),
        QActivation("quantized_bits(12,6)", name="out")
    ], name="sequential")


def layers():
    """The other layers; a layer that is called twice."""
    x = Input(5, name="features")
    shared = dense(4, "quantized_relu(8,3)", name="shared")
    a = shared(x)
    b = shared(Flatten(name="flat")(BatchNormalization(epsilon=2.0**-10, name="norm")(x)))
    y = Concatenate(name="join")([Add(name="sum")([a, b]), Multiply(name="product")([a, b]), x])
    return Model(x, QActivation(quantized_bits(16, 9, alpha=1), name="out")(y), name="layers")


def randomise(model):
    for v in model.variables:
        v.assign(rng.normal(size=v.shape, scale=0.7).astype("f4"))
    for layer in model.layers:
        if isinstance(layer, BatchNormalization):
            n = layer.gamma.shape[0]
            variance = 4.0**rng.integers(-1, 2, n) - 2.0**-10
            layer.set_weights([rng.integers(-8, 8, n) / 4, rng.integers(-8, 8, n) / 8, rng.integers(-8, 8, n) / 8,
                               variance])


def predict(model, x):
    return np.asarray(model(tf.constant(x, tf.float32), training=False), "f8")


def score(values):
    """quantized_bits(18,13), as codes."""
    return np.clip(np.rint(values * 16), -(2**17), 2**17 - 1).astype("i4").ravel()


def make(folder):
    results = {}
    for build in (nested, sequential, layers):
        model = build()
        randomise(model)
        model.save(folder / f"{model.name}.h5", save_format="h5", include_optimizer=False)
        x = np.clip(np.rint(rng.normal(size=(300, model.input_shape[1]), scale=3) * 256), -8192, 8191).astype("i2")
        y = predict(model, x / 256)
        results[model.name + ".x256"], results[model.name + ".y"] = x, y.astype("f4")
        print(model.name, y.shape, "distinct", len(np.unique(y)), "largest", y.max())
    np.savez_compressed(folder / "qkeras.npz", **results)


def unit_codes(hardware):
    """Codes of normalised values for any hardware integers; the test computes the same."""
    return (hardware.astype("i8") * 37 + 11 * np.arange(57)) % 2048 - 1024


def scaled(hardware, bias, scale):
    """The inputs of stage 2, in float32 as Keras computes them."""
    wide, data = quantized_bits(18, 12, alpha=1), quantized_bits(14, 5, alpha=1)
    x = tf.constant(hardware, tf.float32) - tf.constant(bias.ravel(), tf.float32)
    return data(wide(wide(x) * tf.constant(1 / scale.ravel(), tf.float32)))


def make_shared(folder, shared):
    """Scores as predicted, and how many codes they lie above those with the last product in float64: above 1024 float32
    is too short for it."""
    hardware = np.load(shared / "models/axol1tl_v5_vectors.npz")["inputs"]
    with h5py.File(shared / "models/package/Data.h5") as f:
        x = scaled(hardware, f["Normalisation/norm_bias"][:], f["Normalisation/norm_scale"][:])
    results = {}
    for name, path, events in (("seed_unit", "seed_build.h5", unit_codes(hardware) / 256), ("seed", "seed_build.h5", x),
                               ("package", "package/build.h5", x)):
        model = load_qmodel(str(shared / "models" / path), compile=False)
        y = predict(model, events)
        difference = predict(Model(model.input, model.get_layer("subtract").output), events)
        exact = score((difference**2).sum(axis=1))
        results[name], results[name + ".rounding"] = score(y), (score(y) - exact).astype("i1")
        differ = score(y) != exact
        print(name, "distinct", len(np.unique(results[name])), "saturated", np.mean(y > 8191), "above 1024",
              np.mean(y > 1024), "rounded by float32", differ.sum(), "of them below 1024", np.sum(differ & (y[:, 0] < 1024)))
    np.savez_compressed(folder / "qkeras_shared.npz", **results)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    make(target)
    if len(sys.argv) > 2:
        make_shared(target, Path(sys.argv[2]))
