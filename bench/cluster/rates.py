#!/usr/bin/python3
"""What ranks on this machine train in a second: one process, two ranks, and PyTorch's DDP, in turns.

  bench/cluster/rates.py BUILD [--networks NAME|RECIPE ...] [--rounds N] [--batch N] [--without-torch]

All make steps of twice --batch pictures on two processors: a process of two threads with one batch, and with two that it
accumulates (the same bytes as the ranks), two ranks of one thread, and two processes of DDP over gloo of one thread.
Prints medians over the rounds, with the least and the most, and the ratios.
"""
import argparse
import csv
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MPIRUN = ["mpirun", "-q", "--allow-run-as-root", "--bind-to", "core", "-n", "2"]
QUIET_MPI = dict(os.environ, OMPI_MCA_btl_vader_single_copy_mechanism="none")
STEPS = 8  # of an epoch


def output(command, folder):
    done = subprocess.run(command, cwd=folder, env=QUIET_MPI, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def network_in(model):
    """A model file's network, as JSON with every default and shape."""
    with open(model, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))["__metadata__"]["network"]


def fer_rate(launcher, train, network, options, folder):
    """Images per second of the training of the second epoch and those after it."""
    run = os.path.join(folder, "run")
    shutil.rmtree(run, ignore_errors=True)
    output([*launcher, train, "faces.csv", *network, "--epochs", "3", "--quiet", "--out", run, *options], folder)
    with open(os.path.join(run, "history.csv")) as file:
        return statistics.median(float(row["images_per_second"]) for row in list(csv.DictReader(file))[1:])


def torch_rate(batch, folder):
    file = os.path.join(folder, "network.json")
    with open(file, "w") as full:
        full.write(network_in(os.path.join(folder, "run", "best.safetensors")))
    text = output([*MPIRUN, "/usr/bin/python3", os.path.join(HERE, "ddp.py"), file, str(batch), str(STEPS)], folder)
    return 2 * batch / statistics.median(json.loads(text.strip().splitlines()[-1])["seconds"])


def measure(network, options, folder, train):
    recipe = network in ("tiny", "small", "best")
    chosen = ["--recipe", network, "--precision", "fp32"] if recipe else ["--network", network]
    batch = options.batch
    two = ["--batch-size", str(batch), "--accumulate", "2"]
    sides = {
        "1 process, 2 threads, one batch": lambda: fer_rate([], train, chosen, ["--batch-size", str(2 * batch), "--threads", "2"], folder),
        "1 process, 2 threads, accumulate 2": lambda: fer_rate([], train, chosen, [*two, "--threads", "2"], folder),
        "2 ranks, 1 thread each": lambda: fer_rate(MPIRUN, train, chosen, [*two, "--threads", "1"], folder),
    }
    if not options.without_torch:
        sides["2 processes of PyTorch DDP, gloo"] = lambda: torch_rate(batch, folder)
    found = {side: [] for side in sides}
    for _ in range(options.rounds):
        for side, rate in sides.items():
            found[side].append(rate())
    ranks = statistics.median(found["2 ranks, 1 thread each"])
    print(f"{network}, {2 * batch} pictures a step, images per second:")
    for side, rates in found.items():
        median = statistics.median(rates)
        print(f"  {side:36} {median:8.1f} ({min(rates):.1f} to {max(rates):.1f}); the ranks' is {ranks / median:.3f} of it")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--networks", nargs="+", default=["seed002_vgg8", "small"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--without-torch", action="store_true")
    options = parser.parse_args()
    tools = os.path.join(os.path.abspath(options.build), "tools")
    with tempfile.TemporaryDirectory() as folder:
        pictures = str(2 * options.batch * STEPS)
        output([os.path.join(tools, "synth", "fer-synth"), "--train", pictures, "--public", "7", "--private", "7", "--out", "faces.csv"],
               folder)
        for network in options.networks:
            measure(network, options, folder, os.path.join(tools, "fer-train"))


if __name__ == "__main__":
    main()
