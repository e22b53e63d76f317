"""Runs libfer and PyTorch alternately and prints medians and ratios, as a table and as JSON (the last line). Called by bench/compare/run."""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--build", required=True)
parser.add_argument("--quick", action="store_true", help="vgg8 alone, fp32, two threads, fewer rounds")
options = parser.parse_args()

here = os.path.dirname(os.path.abspath(__file__))
fer_side = os.path.join(options.build, "bench", "fer_side")
networks = ["seed002_vgg8"] if options.quick else ["seed002_vgg8", "seed000_cnn48"]
threads = [2] if options.quick else [1, 2]
precisions = ["fp32"] if options.quick else ["fp32", "bf16"]
rounds = 3 if options.quick else 5
# Without these glibc gives every large buffer back to the system after each step: PyTorch is about a fifth slower.
tuned = dict(os.environ, MALLOC_TRIM_THRESHOLD_="4294967296", MALLOC_MMAP_THRESHOLD_="4294967296", MALLOC_TOP_PAD_="67108864")


def network_file(network):
    return os.path.join(here, "..", "..", "libfer", "networks", network + ".json")


def torch(*args):
    return subprocess.run(["/usr/bin/python3", os.path.join(here, "torch_side.py"), *map(str, args)], env=tuned, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def fer(*args):
    return subprocess.run([fer_side, *map(str, args)], check=True, stdout=subprocess.PIPE, text=True).stdout


def assert_equal_outputs(network):
    with tempfile.TemporaryDirectory() as folder:
        model, ours, theirs = (os.path.join(folder, name) for name in ("m.safetensors", "ours", "theirs"))
        fer("model", network, model)
        fer("outputs", model, ours, 16)
        torch("outputs", network_file(network), model, theirs, 16)
        difference = np.abs(np.fromfile(ours, np.float32) - np.fromfile(theirs, np.float32)).max()
    assert difference < 1e-4, f"{network}: probabilities differ by {difference}"
    return float(difference)


def measure(what, network, batch, count, precision):
    steps = {("train", 64): 4, ("train", 128): 3, ("infer", 64): 8, ("infer", 1): 60}[(what, batch)]
    sides = {"libfer": [], "torch": []}
    peaks = {"libfer": 0, "torch": 0}
    for _ in range(rounds):
        for side in sides:
            text = fer(what, network, batch, count, steps) if side == "libfer" else \
                torch(what, network_file(network), batch, count, steps, precision)
            result = json.loads(text)
            sides[side] += result["seconds"]
            peaks[side] = max(peaks[side], result["peak_mib"])
    ours, theirs = (statistics.median(sides[side]) for side in ("libfer", "torch"))
    return {"network": network, "what": what, "batch": batch, "threads": count, "torch_precision": precision,
            "libfer_images_per_second": round(batch / ours, 1), "torch_images_per_second": round(batch / theirs, 1),
            "ratio": round(theirs / ours, 2), "libfer_peak_mib": peaks["libfer"], "torch_peak_mib": peaks["torch"]}


rows = []
print(f"{'network':<15}{'what':<7}{'batch':>6}{'threads':>8}  {'torch':<6}{'libfer':>10}{'torch':>10}{'ratio':>7}{'MiB':>8}{'torch MiB':>11}")
for network in networks:
    difference = assert_equal_outputs(network)
    for what, batch in (("train", 64), ("train", 128), ("infer", 64), ("infer", 1)):
        for count in threads:
            for precision in precisions:
                row = measure(what, network, batch, count, precision)
                rows.append(dict(row, output_difference=difference))
                print(f"{network:<15}{what:<7}{batch:>6}{count:>8}  {precision:<6}{row['libfer_images_per_second']:>10}"
                      f"{row['torch_images_per_second']:>10}{row['ratio']:>7}{row['libfer_peak_mib']:>8}{row['torch_peak_mib']:>11}", flush=True)
print(json.dumps(rows))
