"""Runs libfer and its peers alternately and prints medians and ratios, as a table and as JSON (the last line). Called by bench/compare/run."""
import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
# Without these glibc gives every large buffer back to the system after each step: PyTorch is about a fifth slower.
TUNED = dict(os.environ, MALLOC_TRIM_THRESHOLD_="4294967296", MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TOP_PAD_="67108864")


def numbers(text):
    return [int(part) for part in text.split(",") if part]


def words(text):
    return [part for part in text.split(",") if part]


def parse():
    parser = argparse.ArgumentParser(prog="bench/compare/run", description="Lists are comma-separated.")
    parser.add_argument("--build", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--onnxruntime", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="vgg8 alone, fp32, two threads, fewer rounds, where not chosen otherwise")
    parser.add_argument("--networks", type=words, help="names or files; default seed002_vgg8,seed000_cnn48")
    parser.add_argument("--train", type=numbers, default=[64, 128], help="batches to train with; default 64,128; '' for none")
    parser.add_argument("--infer", type=numbers, default=[1, 64], help="batches to infer; default 1,64; '' for none")
    parser.add_argument("--threads", type=numbers, help="default 1,2")
    parser.add_argument("--precisions", type=words, help="of the peers, and of training in libfer; default fp32,bf16")
    parser.add_argument("--peers", type=words, default=["torch", "ort", "dnnl"], help="default torch,ort,dnnl")
    parser.add_argument("--rounds", type=int, help="alternations; default 5")
    parser.add_argument("--steps", type=int, help="timed steps of a side in a round; default: by batch, 3 to 60")
    parser.add_argument("--json", metavar="FILE", help="write the JSON there too")
    options = parser.parse_args()
    quick = options.quick
    options.networks = options.networks or ["seed002_vgg8", "seed000_cnn48"][:1 if quick else 2]
    options.threads = options.threads or ([2] if quick else [1, 2])
    options.precisions = options.precisions or ["fp32", "bf16"][:1 if quick else 2]
    options.rounds = options.rounds or (3 if quick else 5)
    return options


class Side:
    """One program. `precisions` are those it has; `tasks` what it can do."""

    def __init__(self, name, command, precisions=("fp32",), tasks=("train", "infer"), env=None):
        self.name, self.command, self.precisions, self.tasks, self.env = name, command, precisions, tasks, env

    def call(self, *args):
        done = subprocess.run([*self.command, *map(str, args)], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise RuntimeError(f"{self.name} {args[0]}: {last}")
        return done.stdout


class Bench:
    def __init__(self, options):
        self.options = options
        program = lambda name: os.path.join(options.build, "bench", name)
        both = ("fp32", "bf16")
        self.fer = Side("libfer", [program("fer_side")])
        self.torch = Side("torch", ["/usr/bin/python3", os.path.join(HERE, "torch_side.py")], both, env=TUNED)
        self.ort = Side("ort", ["node", os.path.join(HERE, "ort_side.mjs"), options.onnxruntime], tasks=("infer",), env=TUNED)
        self.dnnl = Side("dnnl", [program("dnnl_side")], both, env=TUNED)
        self.versions = {}
        for side in (self.torch, self.ort, self.dnnl):
            if side.name in options.peers:
                self.find(side)

    def find(self, side):
        try:
            self.versions[side.name] = side.call("version").strip()
        except (OSError, RuntimeError) as error:
            leave_out(error)

    def has(self, side):
        return side.name in self.versions

    def prepare(self, network, folder):
        """The .onnx for the rounds, and the largest differences of the peers' probabilities from libfer's, same weights."""
        model, self.onnx, self.full = (os.path.join(folder, name) for name in ("m.safetensors", "m.onnx", "network.json"))
        outputs = lambda name: os.path.join(folder, name)
        self.fer.call("model", network, model)
        # The peers' side reads the network as libfer writes it: with every default and shape.
        with open(self.full, "w") as file:
            file.write(network_of(model))
        self.fer.call("outputs", model, outputs("libfer"), 16)
        # ONNX Runtime gets its model from PyTorch.
        if self.has(self.torch):
            self.torch.call("outputs", self.full, model, outputs("torch"), 16)
        if self.has(self.ort) and self.export(network, model):
            self.ort.call("outputs", self.onnx, size_of(network), outputs("ort"), 16)
        return {name: difference(network, name, outputs("libfer"), outputs(name)) for name in ("torch", "ort") if os.path.exists(outputs(name))}

    def export(self, network, model):
        try:
            self.torch.call("export", self.full, model, self.onnx)
            return True
        except (OSError, RuntimeError) as error:
            leave_out(f"ort: no model, as PyTorch cannot write it ({error})")
            del self.versions["ort"]
            return False

    def arguments(self, side, network, what, batch, threads, steps, precision):
        if side is self.fer:
            return what + {"fp32": "", "bf16": "16", "int8": "8"}[precision], network, batch, threads, steps
        if side is self.torch:
            return what, self.full, batch, threads, steps, precision
        if side is self.ort:
            return what, self.onnx, size_of(network), batch, threads, steps
        return what, network, batch, threads, steps, precision

    def runners(self, what):
        yield self.fer, "fp32"
        if what == "infer":
            yield self.fer, "int8"
        elif "bf16" in self.options.precisions:
            yield self.fer, "bf16"
        for side in (self.torch, self.ort, self.dnnl):
            if self.has(side) and what in side.tasks:
                yield from ((side, precision) for precision in side.precisions if precision in self.options.precisions)

    def measure(self, network, what, batch, threads):
        """A row a side, libfer's first; the sides take turns, so that what else the machine does meets all of them."""
        steps = self.options.steps or default_steps(what, batch)
        results = {runner: [] for runner in self.runners(what)}
        for _ in range(self.options.rounds):
            for side, precision in list(results):
                try:
                    text = side.call(*self.arguments(side, network, what, batch, threads, steps, precision))
                    results[side, precision].append(json.loads(text))
                except RuntimeError as error:
                    if side is self.fer and precision != "bf16":
                        raise
                    leave_out(f"{error} ({network}, batch {batch}, {precision})")
                    del results[side, precision]
        return rows_of({"network": network, "what": what, "batch": batch, "threads": threads}, results)


def leave_out(why):
    print(f"left out: {why}", file=sys.stderr)


def file_of(network):
    return network if network.endswith(".json") else os.path.join(HERE, "..", "..", "libfer", "networks", network + ".json")


def network_of(model):
    """The network's JSON in a model file."""
    with open(model, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))["__metadata__"]["network"]


def size_of(network):
    with open(file_of(network)) as file:
        return ",".join(map(str, json.load(file)["input"]))


def difference(network, name, ours, theirs):
    largest = float(np.abs(np.fromfile(ours, np.float32) - np.fromfile(theirs, np.float32)).max())
    assert largest < 1e-4, f"{network}: the probabilities of libfer and {name} differ by {largest}"
    return largest


def default_steps(what, batch):
    return max(3, 256 // batch) if what == "train" else min(60, max(8, 512 // batch))


def rows_of(case, results):
    rows = []
    for (side, precision), runs in results.items():
        seconds = statistics.median(second for run in runs for second in run["seconds"])
        peak = max(run["peak_mib"] for run in runs)
        base = rows[0]["seconds"] if rows else seconds
        rows.append({**case, "side": side.name, "precision": precision, "seconds": round(seconds, 6),
                     "images_per_second": round(case["batch"] / seconds, 1), "ratio": round(seconds / base, 2), "peak_mib": peak})
    return rows


def print_row(row):
    side = {"ort": "onnxruntime", "dnnl": "onednn (conv)"}.get(row["side"], row["side"])
    print(f"{os.path.basename(row['network']):<22}{row['what']:<6}{row['batch']:>6}{row['threads']:>8}  {side:<15}{row['precision']:<6}"
          f"{row['images_per_second']:>9}{row['ratio']:>7.2f}{row['peak_mib']:>9}", flush=True)


def main():
    options = parse()
    bench = Bench(options)
    result = {"versions": bench.versions, "rounds": options.rounds, "output_differences": {}, "rows": []}
    print(f"{'network':<22}{'what':<6}{'batch':>6}{'threads':>8}  {'side':<15}{'':<6}{'images/s':>9}{'ratio':>7}{'peak MiB':>9}")
    for network in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            result["output_differences"][network] = bench.prepare(network, folder)
            for what, batches in (("train", options.train), ("infer", options.infer)):
                for batch, threads in ((b, t) for b in batches for t in options.threads):
                    rows = bench.measure(network, what, batch, threads)
                    result["rows"] += rows
                    for row in rows:
                        print_row(row)
    text = json.dumps(result)
    if options.json:
        with open(options.json, "w") as file:
            file.write(text + "\n")
    print(text)


main()
