"""A network in libfer's JSON form (docs/network-format.md) as a PyTorch module, with libfer's weights."""
import json
import struct

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Flatten(nn.Module):
    """In height, width, channel order, as the weights of the dense layer after it expect."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1) if x.dim() == 4 else x


class Add(nn.Module):
    def forward(self, *xs):
        return sum(xs[1:], xs[0])


class Resize(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return F.interpolate(x, size=self.size, mode="bilinear", align_corners=False)


class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def pads_of(layer, window, size):
    """[left, right, top, bottom]; Keras's `same` puts the odd cell at the bottom and right."""
    if layer["padding"] == "valid":
        return [0, 0, 0, 0]
    if layer["padding"] != "same":
        return [int(layer["padding"])] * 4
    pads = []
    for k, stride, extent in zip(window, layer["strides"], size):
        total = max((-(-extent // stride) - 1) * stride + k - extent, 0)
        pads = [total // 2, total - total // 2] + pads
    return pads


def padded(pads, value, make):
    """make(cells per side) alone where all sides are alike, else behind a layer that pads."""
    left, right, top, bottom = pads
    if left == right and top == bottom:
        return make((top, left))
    return nn.Sequential(nn.ConstantPad2d(pads, value), make((0, 0)))


def activation(name):
    return {"relu": nn.ReLU(), "linear": None, "softmax": None}[name]


def module_of(layer, shape):
    """Without the layer's own activation. `shape` is its input's."""
    kind, channels = layer["type"], shape[-1]
    if kind == "conv2d":
        make = lambda padding: nn.Conv2d(channels, layer["filters"], layer["kernel"], layer["strides"], padding, bias=layer["bias"])
        return padded(pads_of(layer, layer["kernel"], shape), 0.0, make)
    if kind == "dense":
        return nn.Linear(channels, layer["units"], bias=layer["bias"])
    if kind == "batch_norm":
        norm = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
        return norm(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])
    if kind in ("max_pool2d", "average_pool2d"):
        pool = nn.MaxPool2d if kind == "max_pool2d" else nn.AvgPool2d
        return padded(pads_of(layer, layer["pool"], shape), -torch.inf if kind == "max_pool2d" else 0.0,
                      lambda padding: pool(layer["pool"], layer["strides"], padding))
    if kind == "activation":
        return activation(layer["function"]) or nn.Identity()
    simple = {"dropout": lambda: nn.Dropout(layer["rate"]), "flatten": Flatten, "add": Add, "resize": lambda: Resize(layer["size"]),
              "zero_pad2d": lambda: nn.ZeroPad2d(layer["pad"]), "global_avg_pool2d": GlobalAveragePool}
    return simple[kind]()


class TorchNetwork(nn.Module):
    """Gives logits: the last softmax is left out (it belongs to the loss)."""

    def __init__(self, network):
        super().__init__()
        shapes = {"input": network["input"]}
        self.steps, self.frozen, self.by_layer = [], [], {}
        before = "input"
        for i, layer in enumerate(network["layers"]):
            inputs = layer.get("inputs") or [before]
            module = module_of(layer, shapes[inputs[0]])
            self.by_layer[layer["name"]] = module
            if layer.get("frozen"):
                self.frozen.append(module)
            function = activation(layer["activation"]) if layer["type"] in ("conv2d", "dense") else None
            self.steps.append((f"step{i}", inputs, layer["name"]))
            self.add_module(f"step{i}", module if function is None else nn.Sequential(module, function))
            shapes[layer["name"]] = layer["output"]
            before = layer["name"]
        # Values are let go after their last reader.
        readers = {name: i for i, (_, inputs, _) in enumerate(self.steps) for name in inputs}
        self.done_after = [[name for name, last in readers.items() if last == i] for i in range(len(self.steps))]
        for module in self.frozen:
            module.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        for module in self.frozen:  # a frozen batch norm keeps and uses its moving moments
            module.train(False)
        return self

    def forward(self, x):
        values = {"input": x}
        for (name, inputs, layer), done in zip(self.steps, self.done_after):
            values[layer] = getattr(self, name)(*[values[i] for i in inputs])
            for value in done:
                del values[value]
        return values[layer]

    def load(self, tensors):
        names = {"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias", "moving_mean": "running_mean",
                 "moving_variance": "running_var"}
        for key, tensor in tensors.items():
            layer, _, ours = key.rpartition("/")
            if layer not in self.by_layer:
                continue
            module = self.by_layer[layer]
            module = module[-1] if isinstance(module, nn.Sequential) else module
            if ours == "kernel":
                tensor = tensor.permute(3, 2, 0, 1) if tensor.dim() == 4 else tensor.t()
            getattr(module, names[ours]).data.copy_(tensor)


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    data = content[8 + length:]
    return {name: torch.from_numpy(np.frombuffer(data[slice(*e["data_offsets"])], np.float32).reshape(e["shape"]).copy())
            for name, e in header.items()}
