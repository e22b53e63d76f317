#!/usr/bin/python3
"""A rank of PyTorch's DistributedDataParallel over gloo, for rates.py: prints the seconds of each step on rank 0.

  mpirun -n 2 /usr/bin/python3 bench/cluster/ddp.py NETWORK.json BATCH STEPS      (Debian's python3-torch)

Each rank trains batches of BATCH fixed pictures on one thread, channels last, with Adam.
"""
import json
import os
import sys
import time

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compare"))
from torch_networks import TorchNetwork  # noqa: E402

WARM_UP = 2


def main():
    file, batch, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rank, ranks = (int(os.environ[f"OMPI_COMM_WORLD_{name}"]) for name in ("RANK", "SIZE"))
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29517")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=ranks)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with open(file) as text:
        network = json.load(text)
    for layer in network["layers"]:
        if "pool" in layer:
            layer.setdefault("strides", layer["pool"])
    model = DistributedDataParallel(TorchNetwork(network).to(memory_format=torch.channels_last))
    optimizer = torch.optim.Adam(model.parameters())
    height, width, channels = network["input"]
    pictures = torch.rand(batch, channels, height, width).contiguous(memory_format=torch.channels_last)
    classes = network["layers"][-1]["output"][-1]
    labels = torch.arange(batch) % classes
    seconds = []
    for _ in range(WARM_UP + steps):
        begin = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(pictures), labels).backward()
        optimizer.step()
        seconds.append(time.perf_counter() - begin)
    if rank == 0:
        print(json.dumps({"seconds": seconds[WARM_UP:]}))


if __name__ == "__main__":
    main()
