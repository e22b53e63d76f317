#!/usr/bin/python3
"""How much of the exchange between two hosts the backward pass hides.

  bench/cluster/overlap.py BUILD [--network NAME] [--batch N] [--rounds N] [--links GBIT:MS[:bf16] ...] [--json FILE]   (as root)

Two ranks of one thread each on two hosts of bench/cluster/hosts. What a step takes longer than over a link without a
limit, which costs the processors as much, is what is not hidden of the time that its bytes take on the link: each rank
sends (and gets) half of the gradient to be summed and half of the sum, four bytes a number, or two. Beside them two
processes of one thread that train alone with the same batch: what all of the exchange costs.
"""
import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 6  # of an epoch


def seconds_of_step(run, pictures):
    """Of the training of the second epoch and those after it."""
    with open(os.path.join(run, "history.csv")) as file:
        return pictures / statistics.median(float(row["images_per_second"]) for row in list(csv.DictReader(file))[1:])


class Bench:
    def __init__(self, options, folder):
        self.folder, self.batch = folder, options.batch
        tools = os.path.join(os.path.abspath(options.build), "tools")
        self.train = [os.path.join(tools, "fer-train"), "faces.csv", "--network", options.network, "--epochs", "3", "--quiet", "--threads", "1",
                      "--batch-size", str(options.batch)]
        for name, pictures in (("one", options.batch * STEPS), ("faces", 2 * options.batch * STEPS)):
            self.call([os.path.join(tools, "synth", "fer-synth"), "--train", str(pictures), "--public", "7", "--private", "7", "--out", name + ".csv"])
        info = subprocess.run([os.path.join(tools, "fer-info"), options.network, "--json"], stdout=subprocess.PIPE, check=True)
        self.numbers = json.loads(info.stdout)["trainable"]

    def call(self, command):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: {done.stderr}")

    def run_folder(self, name):
        shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)
        return os.path.join(self.folder, name)

    def alone(self):
        runs = [self.run_folder(name) for name in ("a", "b")]
        command = [self.train[0], "one.csv", *self.train[2:]]
        both = [subprocess.Popen([*command, "--out", run], cwd=self.folder) for run in runs]
        if any(process.wait() != 0 for process in both):
            sys.exit("fer-train failed")
        return statistics.mean(seconds_of_step(run, self.batch) for run in runs)

    def linked(self, rate, delay, exchange):
        run = self.run_folder("run")
        self.call([os.path.join(HERE, "hosts"), rate, delay, *self.train, "--accumulate", "2", "--exchange", exchange, "--out", run])
        return seconds_of_step(run, 2 * self.batch)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--network", default="seed002_vgg8")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--links", nargs="+", default=["10:0", "1:0", "1:0:bf16", "1:0.2", "1:0.2:bf16"])
    parser.add_argument("--json", help="also write the medians there, for model.py")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        links = [(link.split(":") + ["fp32"])[:3] for link in options.links]
        alone, free, found = [], {"fp32": [], "bf16": []}, [[] for _ in links]
        for _ in range(options.rounds):
            alone.append(bench.alone())
            for exchange, seconds in free.items():
                seconds.append(bench.linked("0", "0", exchange))
            for seconds, link in zip(found, links):
                seconds.append(bench.linked(*link))
            last = {"alone": alone[-1], **{f"no limit, {name}": each[-1] for name, each in free.items()}}
            last.update({":".join(link): seconds[-1] for link, seconds in zip(links, found)})
            print("round: " + ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in last.items()), flush=True)
    base = statistics.median(alone)
    print(f"{options.network}, batches of {options.batch}: a step alone takes {1000 * base:.0f} ms "
          f"({1000 * min(alone):.0f} to {1000 * max(alone):.0f}), {bench.numbers} numbers of gradient")
    for exchange, seconds in free.items():
        print(f"no limit, {exchange}: a step takes {1000 * statistics.median(seconds):.0f} ms ({1000 * min(seconds):.0f} to {1000 * max(seconds):.0f})")
    for seconds, (rate, delay, exchange) in zip(found, links):
        step = statistics.median(seconds)
        on_link = bench.numbers * (2 if exchange == "bf16" else 4) * 8 / (float(rate) * 1e9)
        print(f"{rate} Gbit/s, {delay} ms, {exchange}: a step takes {1000 * step:.0f} ms ({1000 * min(seconds):.0f} to {1000 * max(seconds):.0f}); "
              f"{1000 * on_link:.0f} ms on the link, {100 * (1 - (step - statistics.median(free[exchange])) / on_link):.0f} % of them hidden")
    if options.json:
        medians = [[1000.0, 0.0, exchange, statistics.median(seconds)] for exchange, seconds in free.items()]
        medians += [[float(rate), float(delay), exchange, statistics.median(seconds)] for seconds, (rate, delay, exchange) in zip(found, links)]
        with open(options.json, "w") as file:
            json.dump({"network": options.network, "batch": options.batch, "alone": base, "links": medians}, file)


if __name__ == "__main__":
    main()
