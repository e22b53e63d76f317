"""PyTorch's side of bench/compare, at its best settings: channels last, fused inference. Prints what fer_side prints.

torch_side.py train|infer NETWORK.json BATCH THREADS STEPS fp32|bf16
torch_side.py outputs NETWORK.json MODEL.safetensors FILE BATCH
"""
import contextlib
import json
import resource
import struct
import sys
import time

import numpy as np
import torch
from torch import nn


class Flatten(nn.Module):
    """In height, width, channel order, as the weights of the dense layer after it expect."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


def activation(layers, name):
    if name == "relu":
        layers.append((None, nn.ReLU()))


def build(network):
    """Sequential networks only. Returns [(layer name or None, module)]; the last softmax is left out (it belongs to the loss)."""
    layers, channels = [], network["input"][2]
    for layer in network["layers"]:
        kind = layer["type"]
        if kind == "conv2d":
            assert layer["padding"] in ("valid", "same") and layer["strides"] == [1, 1]
            layers.append((layer["name"], nn.Conv2d(channels, layer["filters"], layer["kernel"], padding=layer["padding"], bias=layer["bias"])))
            channels = layer["filters"]
            activation(layers, layer["activation"])
        elif kind == "batch_norm":
            norm = nn.BatchNorm2d if len(layer["output"]) == 3 else nn.BatchNorm1d
            layers.append((layer["name"], norm(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])))
        elif kind == "activation":
            activation(layers, layer["function"])
        elif kind == "max_pool2d":
            assert layer["padding"] == "valid"
            layers.append((None, nn.MaxPool2d(layer["pool"], layer["strides"])))
        elif kind == "dropout":
            layers.append((None, nn.Dropout(layer["rate"])))
        elif kind == "flatten":
            layers.append((None, Flatten()))
            channels = layer["output"][0]
        elif kind == "dense":
            layers.append((layer["name"], nn.Linear(channels, layer["units"], bias=layer["bias"])))
            channels = layer["units"]
            activation(layers, layer["activation"])
        else:
            raise SystemExit(f"torch_side: no layer type {kind}")
    return layers


def read_safetensors(path):
    content = open(path, "rb").read()
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    data = content[8 + length:]
    return {name: torch.from_numpy(np.frombuffer(data[slice(*e["data_offsets"])], np.float32).reshape(e["shape"]).copy())
            for name, e in header.items()}


def load(layers, tensors):
    names = {"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias", "moving_mean": "running_mean",
             "moving_variance": "running_var"}
    for name, module in layers:
        for ours, theirs in names.items():
            tensor = tensors.get(f"{name}/{ours}")
            if tensor is None:
                continue
            if ours == "kernel":
                tensor = tensor.permute(3, 2, 0, 1) if tensor.dim() == 4 else tensor.t()
            getattr(module, theirs).data.copy_(tensor)


def fixed_pictures(network, batch):
    h, w, c = network["input"]
    i = np.arange(batch * h * w * c, dtype=np.int64)
    x = ((i * 7919 % 1009).astype(np.float32) / np.float32(1009)).reshape(batch, h, w, c)
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def print_times(what, steps, step):
    for _ in range(2):
        step()
    seconds = []
    for _ in range(steps):
        begin = time.perf_counter()
        step()
        seconds.append(round(time.perf_counter() - begin, 6))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": what, "seconds": seconds, "peak_mib": round(peak, 1)}))


def main(args):
    network = json.load(open(args[1]))
    layers = build(network)
    model = nn.Sequential(*[module for _, module in layers]).to(memory_format=torch.channels_last)
    if args[0] == "outputs":
        load(layers, read_safetensors(args[2]))
        model.eval()
        with torch.no_grad():
            torch.softmax(model(fixed_pictures(network, int(args[4]))), 1).numpy().astype(np.float32).tofile(args[3])
        return
    batch, threads, steps, precision = int(args[2]), int(args[3]), int(args[4]), args[5]
    torch.set_num_threads(threads)
    x = fixed_pictures(network, batch)
    autocast = (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if precision == "bf16" else contextlib.nullcontext
    if args[0] == "infer":
        model.eval()
        with torch.no_grad(), autocast():
            fused = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x, check_trace=False)))
            print_times("infer", steps, lambda: fused(x))
        return
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    labels = torch.arange(batch) % network["classes"]
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            value = loss(model(x), labels)
        value.backward()
        optimizer.step()

    print_times("train", steps, step)


main(sys.argv[1:])
