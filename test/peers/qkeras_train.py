#!/usr/bin/env python3
"""Single training steps of QKeras on TensorFlow, as a fixture for test/train/qkeras.test.cpp.

usage: qkeras_train.py OUTPUT.h5         (QKeras 0.9, TensorFlow 2.15)

Two small stages in the training package's manner: "contrastive" (quantised backbone, projector with batch norm, VICReg,
Adam) and "vae" (quantised encoder and decoder, sampling with given noise, Adam); "vae_lion" is the latter with Lion and a
decay of weights. Each group holds the inputs, the initial weights, and after steps 1, 2 and 10 the loss, the gradients, the
weights and the optimiser's moments.
"""
import sys

import h5py
import numpy as np
import tensorflow as tf
from qkeras import QDense, quantized_bits, quantized_relu

KERNEL, BIAS, ACTIVATION = (6, 2), (10, 6), (10, 6)
STEPS = (1, 2, 10)


def dense(n, name, activation=False):
    return QDense(n, name=name, kernel_quantizer=quantized_bits(*KERNEL, alpha=1), bias_quantizer=quantized_bits(*BIAS, alpha=1),
                  activation=quantized_relu(*ACTIVATION) if activation else None)


def off_diagonal(c):
    return c - tf.linalg.diag(tf.linalg.diag_part(c))


def vicreg(x, y, events, width):
    invariance = tf.reduce_mean(tf.square(x - y))
    spread = covariance = 0.0
    for z in (x, y):
        z = z - tf.reduce_mean(z, axis=0, keepdims=True)
        deviation = tf.sqrt(tf.math.reduce_variance(z, axis=0) + 1e-4)
        spread += tf.reduce_mean(tf.nn.relu(1.0 - deviation)) / 2
        c = tf.linalg.matmul(z, z, transpose_a=True) / (events - 1.0)
        covariance += tf.reduce_sum(tf.square(off_diagonal(c))) / width
    return 50 * invariance + 50 * spread + covariance


class Contrastive:
    def __init__(self):
        self.inputs = {"x": (2, 96, 12)}
        self.layers = [dense(8, "embedding_0", True), dense(5, "embedding_1")]
        for k in range(3):
            self.layers += [tf.keras.layers.Dense(9, name=f"projection_{k}"),
                            tf.keras.layers.BatchNormalization(name=f"projection_{k}_norm")]
            if k < 2:
                self.layers.append(tf.keras.layers.ReLU())

    def run(self, x):
        for layer in self.layers:
            x = layer(x, training=True) if isinstance(layer, tf.keras.layers.BatchNormalization) else layer(x)
        return x

    def loss(self, data):
        return vicreg(self.run(data["x"][0]), self.run(data["x"][1]), 96.0, 9.0)


class Vae:
    ALPHA, BETA = 0.47, 0.85

    def __init__(self):
        self.inputs = {"x": (1, 96, 10), "noise": (1, 96, 4)}
        self.encoder = [dense(9, "hidden_0", True), dense(6, "hidden_1", True)]
        self.mean, self.log_variance = dense(4, "mean_0"), dense(4, "log_variance_0")
        self.decoder = [dense(6, "rebuilt_0", True), dense(9, "rebuilt_1", True), dense(10, "rebuilt_2")]
        self.layers = self.encoder + [self.mean, self.log_variance] + self.decoder

    def loss(self, data):
        x = h = data["x"][0]
        for layer in self.encoder:
            h = layer(h)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + tf.exp(0.5 * log_variance) * data["noise"][0]
        for layer in self.decoder:
            z = layer(z)
        rebuilt = tf.reduce_mean(tf.square(x - z))
        divergence = -0.5 * tf.reduce_mean(1 + log_variance - tf.square(mean) - tf.exp(log_variance))
        return self.ALPHA * (1 - self.BETA) * rebuilt + self.BETA * divergence


def write(group, name, layers, values):
    """Values of variables as NAME/LAYER/WEIGHT."""
    variables = [(layer.name, v) for layer in layers for v in layer.trainable_variables]
    for (layer, variable), value in zip(variables, values):
        weight = variable.name.split("/")[-1].split(":")[0]
        group[f"{name}/{layer}/{weight}"] = np.asarray(value, dtype=np.float32)


def run(file, name, stage, seed, optimiser):
    random = np.random.default_rng(seed)
    group = file.create_group(name)
    data = {}
    for key, shape in stage.inputs.items():
        data[key] = random.normal(0, 1.5 if key == "x" else 1, shape).astype(np.float32)
        group[key] = data[key]
    stage.loss(data)
    variables = [v for layer in stage.layers for v in layer.trainable_variables]
    for v in variables:
        if "bias" in v.name or "beta" in v.name:
            v.assign(random.normal(0, 0.1, v.shape))
    for layer in stage.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            layer.moving_mean.assign(tf.zeros_like(layer.moving_mean))
            layer.moving_variance.assign(tf.ones_like(layer.moving_variance))
    write(group, "start", stage.layers, [v.numpy() for v in variables])
    for step in range(1, max(STEPS) + 1):
        with tf.GradientTape() as tape:
            loss = stage.loss(data)
        gradients = tape.gradient(loss, variables)
        optimiser.apply_gradients(zip(gradients, variables))
        if step not in STEPS:
            continue
        at = group.create_group(f"step_{step}")
        at["loss"] = np.array([loss.numpy()])
        write(at, "gradient", stage.layers, gradients)
        write(at, "weights", stage.layers, [v.numpy() for v in variables])
        write(at, "first", stage.layers, optimiser._momentums if hasattr(optimiser, "_momentums") else optimiser.momentums)
        if hasattr(optimiser, "_velocities"):
            write(at, "second", stage.layers, optimiser._velocities)


def main():
    tf.random.set_seed(3)
    with h5py.File(sys.argv[1], "w", libver="latest") as file:
        run(file, "contrastive", Contrastive(), 1, tf.keras.optimizers.Adam(learning_rate=0.01))
        run(file, "vae", Vae(), 2, tf.keras.optimizers.Adam(learning_rate=0.01))
        run(file, "vae_lion", Vae(), 3, tf.keras.optimizers.Lion(learning_rate=0.01, weight_decay=0.1))


if __name__ == "__main__":
    main()
