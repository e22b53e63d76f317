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


class GlobalPool(nn.Module):
    def __init__(self, of, keepdims):
        super().__init__()
        self.of, self.keepdims = of, keepdims

    def forward(self, x):
        return self.of(x, (2, 3), keepdim=self.keepdims)


class Multiply(nn.Module):
    """A vector beside pictures scales their channels."""

    def forward(self, *xs):
        full = max(x.dim() for x in xs)
        product = None
        for x in xs:
            x = x[:, :, None, None] if x.dim() < full else x
            product = x if product is None else product * x
        return product


class Concat(nn.Module):
    def forward(self, *xs):
        return torch.cat(xs, 1)


class Reshape(nn.Module):
    """In height, width, channel order."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        x = (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).reshape(x.shape[0], *self.shape)
        return x.permute(0, 3, 1, 2) if x.dim() == 4 else x


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
    if name in ("linear", "softmax"):
        return None
    return {"relu": nn.ReLU, "relu6": nn.ReLU6, "hard_sigmoid": nn.Hardsigmoid, "hard_swish": nn.Hardswish, "sigmoid": nn.Sigmoid,
            "tanh": nn.Tanh, "silu": nn.SiLU}[name]()


def depthwise(layer, shape, bias):
    channels = shape[-1]
    make = lambda padding: nn.Conv2d(channels, channels * layer.get("depth_multiplier", 1), layer["kernel"], layer["strides"], padding,
                                     groups=channels, bias=bias)
    return padded(pads_of(layer, layer["kernel"], shape), 0.0, make)


def module_of(layer, shape):
    """Without the layer's own activation. `shape` is its input's."""
    kind, channels = layer["type"], shape[-1]
    if kind == "conv2d":
        make = lambda padding: nn.Conv2d(channels, layer["filters"], layer["kernel"], layer["strides"], padding, bias=layer["bias"])
        return padded(pads_of(layer, layer["kernel"], shape), 0.0, make)
    if kind == "depthwise_conv2d":
        return depthwise(layer, shape, layer["bias"])
    if kind == "separable_conv2d":
        inner = channels * layer.get("depth_multiplier", 1)
        return nn.Sequential(depthwise(layer, shape, False), nn.Conv2d(inner, layer["filters"], 1, bias=layer["bias"]))
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
    if kind == "prelu":
        if not layer.get("shared", True):
            raise ValueError(f"{layer['name']}: PyTorch's PReLU has a slope for each channel, not for each value")
        return nn.PReLU(channels)
    simple = {"dropout": lambda: nn.Dropout(layer["rate"]), "flatten": Flatten, "add": Add, "resize": lambda: Resize(layer["size"]),
              "zero_pad2d": lambda: nn.ZeroPad2d(layer["pad"]), "global_avg_pool2d": lambda: GlobalPool(torch.mean, layer.get("keepdims", False)),
              "global_max_pool2d": lambda: GlobalPool(torch.amax, layer.get("keepdims", False)), "multiply": Multiply, "concat": Concat,
              "reshape": lambda: Reshape(layer["shape"])}
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
            function = activation(layer.get("activation", "linear"))
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
        names = {"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias", "alpha": "weight", "moving_mean": "running_mean",
                 "moving_variance": "running_var"}
        for key, tensor in tensors.items():
            layer, _, ours = key.rpartition("/")
            if layer not in self.by_layer:
                continue
            module = self.by_layer[layer]
            if ours == "depthwise_kernel":
                module = module[0]
            module = module[-1] if isinstance(module, nn.Sequential) else module
            if tensor.dim() == 4:
                each = isinstance(module, nn.Conv2d) and module.groups > 1
                tensor = tensor.permute(2, 3, 0, 1).reshape(module.weight.shape) if each else tensor.permute(3, 2, 0, 1)
            elif ours == "kernel":
                tensor = tensor.t()
            getattr(module, names[ours.split("_")[-1] if ours.endswith("_kernel") else ours]).data.copy_(tensor)


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    data = content[8 + length:]
    return {name: torch.from_numpy(np.frombuffer(data[slice(*e["data_offsets"])], np.float32).reshape(e["shape"]).copy())
            for name, e in header.items()}
