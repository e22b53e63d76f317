#!/usr/bin/python3
"""A model of a training step on many ranks, fitted to what two ranks were measured at.

  bench/cluster/model.py BUILD [--network NAME] [--measured FILE] [--draw]

Prints how much sooner 2 to 256 ranks of one thread each train than one, at 1, 10 and 100 Gbit/s, and with --draw writes
docs/images/cluster.svg. FILE: of bench/cluster/overlap.py's --json, by default bench/cluster/measured.json.

The model. A rank computes as `fer-train --profile` measures it, in proportion to its pictures. Gradients go in buckets
of up to 4 MiB, the last layers' first. A bucket is ready when its layers' backward pass is done; its scatter takes (P-1)/P of
its bytes at the link's rate and one message to each other rank; then its gather takes as much again. A rank's link
sends one thing after another, while the backward pass goes on. Every message waits until the ranks look at it, which
they do between layers. A step ends with the last gather and the update.

  wait      seconds from the arrival of a transfer until its rank sees it; fitted
  copy      seconds of the rank's processor for each byte that it sends and gets; fitted
  RATE      share of the link's bits that are ours: what one TCP stream got between two of bench/cluster/hosts
  MESSAGE   seconds of the rank's processor for each message: assumed
  LATENCY   of a link of more than two ranks: assumed
"""
import argparse
import heapq
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, ".."))
from performance import Plot, write_svg  # noqa: E402

BATCH, FIRST_BUCKET, BUCKET, RATE, MESSAGE, LATENCY = 64, 1 << 16, 1 << 20, 0.95, 5e-6, 200e-6
COLOURS = {1: "#d62728", 10: "#2ca02c", 100: "#1f77b4"}
RANKS = [2, 4, 8, 16, 32, 64, 128, 256]
TOTAL = 1024  # pictures of a step whatever the number of ranks: strong scaling


def profile(build, network):
    """Seconds before the backward pass, of its layers in their order, and of the update; and the numbers of each layer."""
    tools = os.path.join(build, "tools")
    with tempfile.TemporaryDirectory() as folder:
        faces = os.path.join(folder, "faces.csv")
        subprocess.run([os.path.join(tools, "synth", "fer-synth"), "--train", str(BATCH * 14), "--public", "7", "--private", "7", "--out", faces],
                       check=True, stdout=subprocess.DEVNULL)
        text = subprocess.run([os.path.join(tools, "fer-train"), faces, "--network", network, "--batch-size", str(BATCH), "--threads", "1", "--profile"],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
    info = json.loads(subprocess.run([os.path.join(tools, "fer-info"), network, "--json"], check=True, stdout=subprocess.PIPE).stdout)
    numbers = [(layer["name"], layer["trainable"]) for layer in info["layers"]]
    before = update = 0.0
    backward = []
    for layer, stage, ms in re.findall(r"^(\S*) +(\S+(?:, \S+)?) +(\d+\.\d+) +\d+\.\d", text, re.M):
        seconds = float(ms) / 1000
        if stage.startswith("backward") or stage == "recompute":
            backward.append((layer.split("+")[0], seconds))
        elif stage in ("clipping", "optimizer", "average", "moments"):
            update += seconds
        else:
            before += seconds
    return {"before": before, "backward": backward, "update": update, "numbers": numbers}


class Step:
    """One network's, as a function of ranks, pictures and link."""

    def __init__(self, measured):
        self.before, self.update = measured["before"], measured["update"]
        begins, at = {}, 0
        for name, count in measured["numbers"]:
            begins[name] = at
            at += count
        # Of every layer's backward pass: seconds, and from where on the gradient is done after it.
        self.layers, done = [], at
        for i, (name, seconds) in enumerate(measured["backward"]):
            if all(later != name for later, _ in measured["backward"][i + 1:]):
                done = min(done, begins.get(name, done))
            self.layers.append((seconds, done))
        self.floats, self.first_bucket = at, FIRST_BUCKET

    def alone(self, pictures):
        return (self.before + sum(seconds for seconds, _ in self.layers)) * pictures / BATCH + self.update

    def seconds(self, ranks, pictures, gbit, fit, bytes_of_number=4, latency=LATENCY):
        """With one batch for each rank."""
        if ranks == 1:
            return self.alone(pictures)
        now, ready = self.before * pictures / BATCH, []
        cuts, size = [0], self.first_bucket
        while cuts[-1] < self.floats:
            cuts.append(min(cuts[-1] + size, self.floats))
            size = min(2 * size, BUCKET)
        buckets = list(zip(cuts, cuts[1:]))
        for seconds, done in self.layers:
            now += seconds * pictures / BATCH
            while buckets and buckets[-1][0] >= done:
                begin, end = buckets.pop()
                ready.append((now, end - begin))
        ready += [(now, end - begin) for begin, end in reversed(buckets)]
        share = (ranks - 1) / ranks
        computed = now + 2 * len(ready) * (ranks - 1) * MESSAGE + 2 * self.floats * bytes_of_number * share * fit["copy"]
        events = [(at, k, "scatter", n) for k, (at, n) in enumerate(ready)]
        heapq.heapify(events)
        free = end = 0.0
        while events:
            at, k, what, n = heapq.heappop(events)
            free = max(at, free) + n * bytes_of_number * 8 * share / (gbit * 1e9 * RATE)
            seen = free + latency + fit["wait"]
            if what == "scatter":
                heapq.heappush(events, (seen, k, "gather", n))
            end = max(end, seen)
        return max(computed, end) + self.update


def fitted(step, measured):
    """The wait and the copy of the least squared differences, relative to the steps that were measured."""
    scale = measured["alone"] / step.alone(BATCH)
    step.before *= scale
    step.update *= scale
    step.layers = [(seconds * scale, done) for seconds, done in step.layers]

    step.first_bucket = measured.get("first_bucket", FIRST_BUCKET)  # of the program that was measured

    def error(fit):
        return sum((step.seconds(2, BATCH, gbit, fit, 2 if exchange == "bf16" else 4, delay / 1000 or 20e-6) / seconds - 1)**2
                   for gbit, delay, exchange, seconds in measured["links"])
    return min(({"copy": copy * 1e-10, "wait": wait / 2000} for copy in range(0, 41) for wait in range(0, 121)), key=error)


def draw(step, fit, measured, network):
    plots = []
    for x, (title, pictures) in enumerate(((f"weak: {BATCH} pictures for each rank", lambda p: BATCH),
                                           (f"strong: {TOTAL} pictures in a step", lambda p: TOTAL / p))):
        plot = Plot(f"{network}, {title}", "ranks of one thread", "times the rate of one rank", (1.6, 300), (0.8, 300), x=560 * x)
        plot.ticks(RANKS, [1, 2, 4, 8, 16, 32, 64, 128, 256])
        plot.line([(p, p) for p in RANKS], "#999", dashed=True)
        for gbit, colour in COLOURS.items():
            for size, dashed in ((4, False), (2, True)):
                plot.line([(p, speed_up(step, fit, p, pictures(p), gbit, size)) for p in RANKS], colour, dashed)
            plot.text(plot.x0 + 10, plot.y0 + 20 + 16 * list(COLOURS).index(gbit), f"{gbit} Gbit/s (dashed: bf16)", anchor="start", colour=colour)
        if x == 0:
            for gbit, delay, exchange, seconds in measured["links"]:
                plot.dot(2, 2 * measured["alone"] / seconds, COLOURS.get(int(gbit), "#333"))
        plots.append(plot)
    write_svg("cluster.svg", plots, 1120, 400)


def speed_up(step, fit, ranks, pictures, gbit, size):
    """Pictures in a second, against one rank's with the batch that the rank has."""
    return ranks * pictures / step.seconds(ranks, pictures, gbit, fit, size) * step.alone(BATCH) / BATCH


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--network", default="seed002_vgg8")
    parser.add_argument("--measured", default=os.path.join(HERE, "measured.json"))
    parser.add_argument("--draw", action="store_true")
    options = parser.parse_args()
    with open(options.measured) as file:
        measured = json.load(file)
    step = Step(profile(os.path.abspath(options.build), options.network))
    fit = fitted(step, measured)
    print(f"{options.network}: wait {1000 * fit['wait']:.1f} ms, copy {1e9 * fit['copy']:.1f} ns a byte")
    for gbit, delay, exchange, seconds in measured["links"]:
        model = step.seconds(2, BATCH, gbit, fit, 2 if exchange == "bf16" else 4, delay / 1000 or 20e-6)
        print(f"  2 ranks, {gbit} Gbit/s, {delay} ms, {exchange}: measured {1000 * seconds:.0f} ms, model {1000 * model:.0f} ms")
    step.first_bucket = FIRST_BUCKET
    print("times the rate of one rank   " + "".join(f"{p:8d}" for p in RANKS))
    for title, pictures in ((f"weak, {BATCH} for each", lambda p: BATCH), (f"strong, {TOTAL} in all", lambda p: TOTAL / p)):
        for gbit in COLOURS:
            for size, name in ((4, "fp32"), (2, "bf16")):
                row = "".join(f"{speed_up(step, fit, p, pictures(p), gbit, size):8.1f}" for p in RANKS)
                print(f"{title:18} {gbit:3d} {name:5}" + row)
    if options.draw:
        draw(step, fit, measured, options.network)


if __name__ == "__main__":
    main()
