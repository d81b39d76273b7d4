#!/usr/bin/env python3
"""The training package's loop, written anew for the benchmark: QKeras 0.9 on TensorFlow 2.15, augmentation by torch.

usage: qkeras_train_loop.py       then on standard input "steps contrastive" or "steps vae", each answered by a line of JSON

Where torch is missing, the augmentation is the same arithmetic in NumPy; the introduction says which. Networks, batch size
(4096), losses, optimiser and number of events (200,000) are those of bench_train; the loop is in Python, the step a
tf.function, as in the package.
"""
import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np  # noqa: E402

try:
    import torch  # noqa: E402
except ImportError:
    torch = None
import tensorflow as tf  # noqa: E402
from qkeras import QDense, quantized_bits, quantized_relu  # noqa: E402

BATCH, EVENTS = 4096, 200_000
STEPS = {"contrastive": 20, "vae": 100}


class TorchArrays:
    name = "torch"
    random = staticmethod(lambda *shape: torch.rand(shape)) if torch else None
    where = staticmethod(lambda c, a, b: torch.where(c, a, b)) if torch else None
    remainder = staticmethod(lambda x, m: torch.remainder(x, m)) if torch else None

    @staticmethod
    def of(x):
        return torch.tensor(x)

    @staticmethod
    def to_numpy(x):
        return x.numpy()

    @staticmethod
    def permutation(n):
        return torch.randperm(n)


class NumpyArrays:
    name = "numpy"
    generator = np.random.default_rng(1)
    where, remainder = staticmethod(np.where), staticmethod(np.remainder)

    @classmethod
    def random(cls, *shape):
        return cls.generator.random(shape, dtype=np.float32)

    @staticmethod
    def of(x):
        return x

    to_numpy = of

    @classmethod
    def permutation(cls, n):
        return cls.generator.permutation(n)


A = TorchArrays if torch else NumpyArrays


class Augmenter:
    def __init__(self):
        self.bins = A.of(np.array([144.0] * 5 + [576.0] * 4 + [144.0] * 10, dtype=np.float32))
        self.scale, self.bias = 16.0, 8.0

    def __call__(self, x):
        n = len(x)
        x = x.reshape(-1, 19, 3)
        chosen = (A.random(n, 1, 1) < 0.9004) & (A.random(n, 19, 3) < 0.7497)
        x = A.where(chosen, x * (1 - 0.9269) + A.random(n, 19, 3) * 0.9269, x)
        x = x * (A.random(n, 19, 1) >= 0.571)
        phi = x[:, :, 2] * self.scale + self.bias
        turned = A.remainder(phi + A.random(n, 1) * self.bins, self.bins)
        x[:, :, 2] = (A.where(A.random(n, 1) < 0.5, turned, phi) - self.bias) / self.scale
        return x.reshape(-1, 57)


def dense(n, activated=False):
    return QDense(n, kernel_quantizer=quantized_bits(6, 2, alpha=1), bias_quantizer=quantized_bits(10, 6, alpha=1),
                  kernel_initializer="glorot_uniform", activation=quantized_relu(10, 6) if activated else None)


class Contrastive(tf.keras.Model):
    features = 57

    def __init__(self):
        super().__init__()
        self.backbone = tf.keras.Sequential([dense(29, True), dense(10)])
        self.projector = tf.keras.Sequential()
        for last in (False, False, True):
            self.projector.add(tf.keras.layers.Dense(40))
            self.projector.add(tf.keras.layers.BatchNormalization())
            if not last:
                self.projector.add(tf.keras.layers.ReLU())

    def loss_of(self, data):
        x, y = (self.projector(self.backbone(v, training=True), training=True) for v in data)
        loss = 50 * tf.reduce_mean(tf.square(x - y))
        for z in (x, y):
            z = z - tf.reduce_mean(z, axis=0, keepdims=True)
            loss += 25 * tf.reduce_mean(tf.nn.relu(1 - tf.sqrt(tf.math.reduce_variance(z, axis=0) + 1e-4)))
            c = tf.linalg.matmul(z, z, transpose_a=True) / (BATCH - 1.0)
            loss += tf.reduce_sum(tf.square(c - tf.linalg.diag(tf.linalg.diag_part(c)))) / 40
        return loss


class Vae(tf.keras.Model):
    features = 10

    def __init__(self):
        super().__init__()
        self.encoder = tf.keras.Sequential([dense(9, True), dense(6, True)])
        self.mean, self.log_variance = dense(4), dense(4)
        self.decoder = tf.keras.Sequential([dense(6, True), dense(9, True), dense(10)])

    def loss_of(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
        divergence = -0.5 * tf.reduce_mean(1 + log_variance - tf.square(mean) - tf.exp(log_variance))
        return 0.0713 * tf.reduce_mean(tf.square(x - self.decoder(z))) + 0.848 * divergence


class Loop:
    def __init__(self, kind):
        self.model = {"contrastive": Contrastive, "vae": Vae}[kind]()
        self.optimiser = tf.keras.optimizers.Adam(1e-4)
        data = np.random.default_rng(7).integers(-16, 17, (EVENTS, self.model.features)).astype(np.float32) / 4
        self.data = A.of(data)
        self.order, self.at = A.permutation(EVENTS), 0
        self.augmenter = Augmenter() if kind == "contrastive" else None

    @tf.function
    def update(self, data):
        with tf.GradientTape() as tape:
            loss = self.model.loss_of(data)
        variables = self.model.trainable_variables
        self.optimiser.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def step(self):
        batch = self.data[self.order[self.at : self.at + BATCH]]
        self.at = (self.at + BATCH) % (EVENTS - BATCH)
        if self.augmenter is None:
            return self.update(A.to_numpy(batch))
        return self.update((A.to_numpy(self.augmenter(batch)), A.to_numpy(self.augmenter(batch))))


def main():
    print(json.dumps({"tensorflow": tf.__version__, "augmentation": A.name}), flush=True)
    loops = {}
    for line in sys.stdin:
        kind = line.split()[1]
        loop = loops[kind] if kind in loops else loops.setdefault(kind, Loop(kind))
        for _ in range(3):
            loop.step()
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(STEPS[kind]):
            loop.step()
        print(json.dumps({"events": STEPS[kind] * BATCH, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}),
              flush=True)


if __name__ == "__main__":
    main()
