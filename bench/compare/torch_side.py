"""PyTorch's side of bench/compare, at its best settings: channels last, fused inference. Prints what fer_side prints.

torch_side.py train|infer NETWORK.json BATCH THREADS STEPS fp32|bf16
torch_side.py outputs NETWORK.json MODEL.safetensors FILE BATCH
torch_side.py export NETWORK.json MODEL.safetensors FILE.onnx
torch_side.py version
"""
import contextlib
import copy
import json
import resource
import sys
import time

import numpy as np
import torch
from torch import nn

from torch_networks import TorchNetwork, read_safetensors


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


def forms(model, x):
    """Ways to run a model, each as a function to make one: which is fastest depends on batch and precision."""
    yield lambda: model
    yield lambda: torch.jit.freeze(torch.jit.trace(model, x, check_trace=False))
    yield lambda: torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x, check_trace=False)))


def seconds_of_few(run):
    for _ in range(3):
        run()
    begin = time.perf_counter()
    for _ in range(3):
        run()
    return time.perf_counter() - begin


def time_inference(model, x, steps, precision):
    """The fastest of the forms, in bf16 with autocast or with weights and pictures converted."""
    model = nn.Sequential(model, nn.Softmax(1)).eval()
    candidates = []
    with torch.no_grad():
        for make in forms(model, x):
            if precision == "fp32":
                candidates.append((make(), x))
                continue
            with torch.autocast("cpu", dtype=torch.bfloat16):
                candidates.append((make(), x))
        if precision == "bf16":
            half = copy.deepcopy(model).to(torch.bfloat16)
            small = x.to(torch.bfloat16)
            candidates += [(make(), small) for make in forms(half, small)]

        def run(form, pictures):
            if precision == "bf16" and pictures is x:
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    return form(pictures)
            return form(pictures)

        best = min(candidates, key=lambda c: seconds_of_few(lambda: run(*c)))
        print_times("infer", steps, lambda: run(*best))


def time_training(model, x, classes, steps, autocast):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3, eps=1e-7)
    labels = torch.arange(len(x)) % classes
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            value = loss(model(x), labels)
        value.backward()
        optimizer.step()

    print_times("train", steps, step)


def export(model, x, path):
    axes = {"x": {0: "batch"}, "y": {0: "batch"}}
    torch.onnx.export(nn.Sequential(model, nn.Softmax(1)), x, path, opset_version=13, input_names=["x"], output_names=["y"], dynamic_axes=axes)


def main(args):
    if args[0] == "version":
        return print(torch.__version__)
    network = json.load(open(args[1]))
    model = TorchNetwork(network).to(memory_format=torch.channels_last)
    if args[0] in ("outputs", "export"):
        model.load(read_safetensors(args[2]))
        model.eval()
        if args[0] == "export":
            return export(model, fixed_pictures(network, 2), args[3])
        with torch.no_grad():
            return torch.softmax(model(fixed_pictures(network, int(args[4]))), 1).numpy().astype(np.float32).tofile(args[3])
    batch, threads, steps, precision = int(args[2]), int(args[3]), int(args[4]), args[5]
    torch.set_num_threads(threads)
    x = fixed_pictures(network, batch)
    autocast = (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if precision == "bf16" else contextlib.nullcontext
    if args[0] == "infer":
        time_inference(model, x, steps, precision)
    else:
        time_training(model, x, network["classes"], steps, autocast)


main(sys.argv[1:])
