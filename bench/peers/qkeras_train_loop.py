#!/usr/bin/env python3
"""The training package's loop, written anew for the benchmark: QKeras 0.9 on TensorFlow 2.15, augmentation by torch.

usage: qkeras_train_loop.py       then on standard input, each answered by a line of JSON:

    steps STAGE ARRAYS      steps of a stage ("contrastive", "vae"); ARRAYS gather and augment events: "torch" or "numpy"
    recipe ARRAYS EPOCHS EPOCHS     the whole recipe: both stages for so many epochs of 200,000 events, and after each epoch of
                            the second the scores of 200,000 test events and ten signals of 12,000

The introduction says which arrays there are: torch may also be Debian's python3-torch. Networks, batch size (4096), losses,
optimiser and number of events (200,000) are those of bench_train; the loop is in Python, the step a tf.function, as in the
package.
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
    sys.path.append("/usr/lib/python3/dist-packages")  # Debian's; behind this Python's own packages
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


if torch:
    torch.set_num_threads(os.cpu_count())
ARRAYS = {"torch": TorchArrays, "numpy": NumpyArrays} if torch else {"numpy": NumpyArrays}


class Augmenter:
    def __init__(self, arrays):
        self.arrays = arrays
        self.bins = arrays.of(np.array([144.0] * 5 + [576.0] * 4 + [144.0] * 10, dtype=np.float32))
        self.scale, self.bias = 16.0, 8.0

    def __call__(self, x):
        a, n = self.arrays, len(x)
        x = x.reshape(-1, 19, 3)
        chosen = (a.random(n, 1, 1) < 0.9004) & (a.random(n, 19, 3) < 0.7497)
        x = a.where(chosen, x * (1 - 0.9269) + a.random(n, 19, 3) * 0.9269, x)
        x = x * (a.random(n, 19, 1) >= 0.571)
        phi = x[:, :, 2] * self.scale + self.bias
        turned = a.remainder(phi + a.random(n, 1) * self.bins, self.bins)
        x[:, :, 2] = (a.where(a.random(n, 1) < 0.5, turned, phi) - self.bias) / self.scale
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


def codes(features, events=EVENTS, seed=7):
    return np.random.default_rng(seed).integers(-16, 17, (events, features)).astype(np.float32) / 4


class Loop:
    def __init__(self, kind, arrays, data=None):
        self.arrays = arrays
        self.model = {"contrastive": Contrastive, "vae": Vae}[kind]()
        self.optimiser = tf.keras.optimizers.Adam(1e-4)
        self.data = arrays.of(codes(self.model.features) if data is None else data)
        self.order, self.at = arrays.permutation(EVENTS), 0
        self.augmenter = Augmenter(arrays) if kind == "contrastive" else None

    @tf.function
    def update(self, data):
        with tf.GradientTape() as tape:
            loss = self.model.loss_of(data)
        variables = self.model.trainable_variables
        self.optimiser.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return loss

    def step(self):
        a = self.arrays
        batch = self.data[self.order[self.at : self.at + BATCH]]
        self.at = (self.at + BATCH) % (EVENTS - BATCH)
        if self.augmenter is None:
            return self.update(a.to_numpy(batch))
        return self.update((a.to_numpy(self.augmenter(batch)), a.to_numpy(self.augmenter(batch))))

    def run(self, steps):
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(steps):
            loss = self.step()
        float(loss)
        return {"events": steps * BATCH, "seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


@tf.function
def scores(backbone, vae, x):
    x = backbone(x)
    return tf.reduce_sum(tf.square(x - vae.decoder(vae.mean(vae.encoder(x)))), axis=1)


def evaluate(backbone, vae, background, signals):
    """A threshold of the background, and what passes it of the signals."""
    threshold = np.percentile(scores(backbone, vae, background).numpy(), 100 - 100 / 28609)
    return [float(np.mean(scores(backbone, vae, s).numpy() > threshold)) for s in signals]


def whole_recipe(arrays, contrastive_epochs, vae_epochs):
    """What is done once (networks, their graphs) and what epochs take are told apart: a sixth of the epochs tell all."""
    start, begun = time.perf_counter(), time.process_time()
    background, signals = codes(57, seed=8), [codes(57, 12_000, seed) for seed in range(10)]
    steps = EVENTS // BATCH
    first = Loop("contrastive", arrays)
    first.run(3)
    embedded = first.model.backbone(arrays.to_numpy(first.data)).numpy()
    second = Loop("vae", arrays, embedded)
    second.run(3)
    evaluate(first.model.backbone, second.model, background, signals)
    ready, ready_cpu = time.perf_counter(), time.process_time()
    first.run(contrastive_epochs * steps)
    for _ in range(vae_epochs):
        second.run(steps)
        evaluate(first.model.backbone, second.model, background, signals)
    return {"setup_seconds": ready - start, "setup_cpu": ready_cpu - begun, "seconds": time.perf_counter() - ready,
            "cpu": time.process_time() - ready_cpu}


def main():
    print(json.dumps({"tensorflow": tf.__version__, "arrays": list(ARRAYS), "torch": torch.__version__ if torch else None}), flush=True)
    loops = {}
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "recipe":
            answer = whole_recipe(ARRAYS[words[0]], int(words[1]), int(words[2]))
        else:
            key = tuple(words)
            loop = loops[key] if key in loops else loops.setdefault(key, Loop(words[0], ARRAYS[words[1]]))
            loop.run(3)
            answer = loop.run(STEPS[words[0]])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
