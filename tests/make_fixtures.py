#!/usr/bin/env python3
"""Writes tests/fixtures/*.json: what PyTorch computes, in double, for a small network and for single convolutions.

Needs PyTorch and NumPy (Debian: python3-torch). Arrays are flat, in libfer's layouts: images [n, h, w, c], kernels
[kh, kw, ci, co] or [inputs, units]. Inputs and weights are rounded to float first, so that both sides begin alike.
"""
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")
F32 = lambda v: float(np.float32(v))  # a setting as libfer holds it

NETWORK = {
    "name": "fixture",
    "input": [12, 12, 2],
    "layers": [
        {"name": "conv1", "type": "conv2d", "filters": 4, "kernel": [3, 3], "padding": "same", "activation": "relu",
         "kernel_regularizer": {"l2": 0.01}},
        {"name": "norm1", "type": "batch_norm", "momentum": 0.9},
        {"name": "pool1", "type": "max_pool2d", "pool": [2, 2]},
        {"name": "conv2", "type": "conv2d", "filters": 4, "kernel": [3, 3], "padding": "same"},
        {"name": "sum", "type": "add", "inputs": ["pool1", "conv2"]},
        {"name": "relu", "type": "activation", "function": "relu"},
        {"name": "conv3", "type": "conv2d", "filters": 6, "kernel": [3, 3], "strides": [2, 2], "padding": "valid",
         "activation": "relu"},
        {"name": "pool2", "type": "average_pool2d", "pool": [2, 2], "strides": [1, 1], "padding": "same"},
        {"name": "flat", "type": "flatten"},
        {"name": "out", "type": "dense", "units": 7, "activation": "softmax"},
    ],
}
CLASSES = 7


def numbers(t):
    """Nine digits hold a float exactly."""
    return [float("%.9g" % v) for v in np.asarray(t.detach() if torch.is_tensor(t) else t, dtype=float).ravel()]


def draw(rng, *shape, scale=1.0):
    return torch.tensor(np.float32(rng.uniform(-scale, scale, shape)), dtype=torch.float64)


def same(size, kernel, stride):
    """Cells before and after, the odd one after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def conv(x, w, b, strides=(1, 1), padding="valid"):
    """x [n, h, w, ci], w [kh, kw, ci, co]."""
    x, k = x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1)
    if padding == "same":
        top, bottom = same(x.shape[2], w.shape[0], strides[0])
        left, right = same(x.shape[3], w.shape[1], strides[1])
        x = F.pad(x, (left, right, top, bottom))
    elif padding != "valid":
        x = F.pad(x, (padding,) * 4)
    return F.conv2d(x, k, b, stride=strides).permute(0, 2, 3, 1)


def average_pool_same(x):
    """2 x 2, stride 1; a window counts the cells that lie inside the image."""
    pad = lambda t: F.pad(t, (0, 1, 0, 1))
    x = x.permute(0, 3, 1, 2)
    sums, cells = (4 * F.avg_pool2d(pad(t), 2, stride=1) for t in (x, torch.ones_like(x)))
    return (sums / cells).permute(0, 2, 3, 1)


def logits(x, p, training):
    """The network's logits, and the moments of its batch norm's input."""
    x = torch.relu(conv(x, p["conv1/kernel"], p["conv1/bias"], padding="same"))
    rows = x.detach().reshape(-1, x.shape[-1])
    moments = rows.mean(0), rows.var(0, unbiased=False)
    x = F.batch_norm(x.permute(0, 3, 1, 2), p["norm1/moving_mean"].clone(), p["norm1/moving_variance"].clone(),
                     p["norm1/gamma"], p["norm1/beta"], training=training, eps=F32(1e-3))
    x = F.max_pool2d(x, 2).permute(0, 2, 3, 1)
    x = torch.relu(x + conv(x, p["conv2/kernel"], p["conv2/bias"], padding="same"))
    x = torch.relu(conv(x, p["conv3/kernel"], p["conv3/bias"], strides=(2, 2)))
    x = average_pool_same(x)
    return x.reshape(x.shape[0], -1) @ p["out/kernel"] + p["out/bias"], moments


def loss_of(p, batch):
    """Cross-entropy with soft targets and weights, summed; and the penalty."""
    z, moments = logits(batch["x"], p, training=True)
    loss = (batch["weights"] * -(batch["targets"] * torch.log_softmax(z, 1)).sum(1)).sum()
    return loss, F32(0.01) * (p["conv1/kernel"] ** 2).sum(), moments


def is_trained(name):
    return not name.split("/")[1].startswith("moving_")


def is_kernel(name):
    return name.endswith("/kernel")


def gradients(p, batch):
    """Of loss / n + penalty, as training takes it. Moves the moving moments."""
    for name, t in p.items():
        t.requires_grad_(is_trained(name))
        t.grad = None
    loss, penalty, moments = loss_of(p, batch)
    (loss / batch["x"].shape[0] + penalty).backward()
    for name, value in zip(("norm1/moving_mean", "norm1/moving_variance"), moments):
        p[name] = F32(0.9) * p[name] + (1 - F32(0.9)) * value
    return loss, penalty, {name: t.grad.clone() for name, t in p.items() if is_trained(name)}


ADAM = {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7, "weight_decay": 0.0}
ADAMW = dict(ADAM, weight_decay=0.05)
SGD = {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.02, "nesterov": True}


def adam(settings, p, g, state, t):
    """Kingma and Ba in Keras's form; decay first and on kernels only, as AdamW has it."""
    lr, b1, b2, eps, decay = (F32(settings[k]) for k in ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay"))
    for name, gradient in g.items():
        m, v = state.setdefault(name, [torch.zeros_like(gradient), torch.zeros_like(gradient)])
        m = b1 * m + (1 - b1) * gradient
        v = b2 * v + (1 - b2) * gradient ** 2
        state[name] = [m, v]
        w = p[name].detach()
        if is_kernel(name):
            w = w - lr * decay * w
        p[name] = w - lr * np.sqrt(1 - b2 ** t) / (1 - b1 ** t) * m / (v.sqrt() + eps)


def sgd(settings, p, g, state, t):
    """Momentum in Keras's form."""
    lr, momentum, decay = (F32(settings[k]) for k in ("learning_rate", "momentum", "weight_decay"))
    for name, gradient in g.items():
        w = p[name].detach()
        if is_kernel(name):
            gradient = gradient + decay * w
        v = momentum * state.get(name, torch.zeros_like(w)) - lr * gradient
        state[name] = v
        p[name] = w + (momentum * v - lr * gradient if settings["nesterov"] else v)


def first_weights(rng):
    fan = lambda *shape: np.sqrt(3.0 / np.prod(shape[:-1]))
    p = {}
    for name, shape in (("conv1", (3, 3, 2, 4)), ("conv2", (3, 3, 4, 4)), ("conv3", (3, 3, 4, 6)), ("out", (24, 7))):
        p[name + "/kernel"] = draw(rng, *shape, scale=fan(*shape))
        p[name + "/bias"] = draw(rng, shape[-1], scale=0.2)
    p["norm1/gamma"] = draw(rng, 4, scale=0.3) + 1
    p["norm1/beta"] = draw(rng, 4, scale=0.3)
    p["norm1/moving_mean"] = draw(rng, 4, scale=0.3)
    p["norm1/moving_variance"] = draw(rng, 4, scale=0.3) + 1
    return {name: t.float().double() for name, t in p.items()}


def make_batch(rng, n):
    """Labels smoothed by 0.1, rows weighted as by classes."""
    labels = torch.tensor(rng.randint(0, CLASSES, n))
    targets = F.one_hot(labels, CLASSES) * 0.9 + 0.1 / CLASSES
    class_weights = torch.tensor(np.float32(rng.uniform(0.5, 2, CLASSES)), dtype=torch.float64)
    return {"x": draw(rng, n, 12, 12, 2), "targets": targets.float().double(), "weights": class_weights[labels]}


def arrays(p):
    return {name: numbers(t) for name, t in sorted(p.items())}


def run(rule, settings, initial, batches):
    p, state, steps = {name: t.clone() for name, t in initial.items()}, {}, []
    for t, batch in enumerate(batches, 1):
        loss, penalty, g = gradients(p, batch)
        with torch.no_grad():
            rule(settings, p, g, state, t)
        steps.append({"loss": float(loss), "penalty": float(penalty), "weights": arrays(p)})
    with torch.no_grad():
        probabilities = torch.softmax(logits(batches[0]["x"], p, training=False)[0], 1)
    return {"settings": settings, "steps": steps, "probabilities": numbers(probabilities)}


def network_fixture():
    rng = np.random.RandomState(20131)
    initial = first_weights(rng)
    batches = [make_batch(rng, n) for n in (5, 5, 3)]
    _, _, g = gradients({name: t.clone() for name, t in initial.items()}, batches[0])
    return {
        "network": NETWORK,
        "batches": [{k: numbers(v) for k, v in b.items()} for b in batches],
        "weights": arrays(initial),
        "gradients": arrays(g),
        "optimizers": {
            "adam": run(adam, ADAM, initial, batches),
            "adamw": run(adam, ADAMW, initial, batches),
            "sgd": run(sgd, SGD, initial, batches),
        },
    }


def conv_fixture(rng, n, h, w, ci, co, kernel, strides, padding):
    x, k, b = draw(rng, n, h, w, ci), draw(rng, *kernel, ci, co), draw(rng, co)
    for t in (x, k, b):
        t.requires_grad_(True)
    y = conv(x, k, b, strides, padding)
    dy = draw(rng, *y.shape)
    y.backward(dy)
    return {"x_shape": [n, h, w, ci], "kernel": kernel, "strides": strides, "padding": padding, "y_shape": list(y.shape),
            "x": numbers(x), "w": numbers(k), "bias": numbers(b), "dy": numbers(dy), "y": numbers(y),
            "dx": numbers(x.grad), "dw": numbers(k.grad), "db": numbers(b.grad)}


def conv_fixtures():
    rng = np.random.RandomState(20132)
    return [
        conv_fixture(rng, 2, 6, 5, 3, 4, [3, 3], [1, 1], "same"),
        conv_fixture(rng, 1, 6, 6, 2, 3, [3, 3], [2, 2], "same"),  # one cell after, none before
        conv_fixture(rng, 1, 5, 6, 2, 3, [2, 4], [1, 1], "same"),
        conv_fixture(rng, 2, 7, 8, 2, 2, [5, 3], [2, 3], "valid"),
        conv_fixture(rng, 1, 4, 5, 2, 5, [3, 3], [1, 1], 2),
        conv_fixture(rng, 1, 5, 5, 3, 2, [1, 1], [3, 3], "valid"),
    ]


def write(name, value):
    with open(os.path.join(FOLDER, name), "w") as f:
        json.dump(value, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    torch.set_num_threads(1)
    write("network.json", network_fixture())
    write("convolutions.json", conv_fixtures())
