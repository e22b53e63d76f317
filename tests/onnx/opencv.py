#!/usr/bin/env python3
"""opencv.py FOLDER: runs the cases of onnx_cases through OpenCV's dnn module and compares its probabilities with libfer's.

Debian's python3-opencv (4.6.0). Prints one line for each case; status 1 where one does not load or is further off than
its tolerance.
"""
import json
import sys

import cv2
import numpy as np

TOLERANCE = 1e-5
BATCHES = [1, 4]


def probabilities(path, pixels, n):
    """What a fresh network makes of the first 4 * n faces, n at a time: OpenCV's plans a network for its first batch."""
    net = cv2.dnn.readNetFromONNX(path)
    rows = []
    for begin in range(0, 4 * n, n):
        net.setInput(np.ascontiguousarray(pixels[begin:begin + n]))
        rows.append(net.forward().copy())
    return np.concatenate(rows)


def check(folder, case):
    name = case["name"]
    pixels = np.fromfile(f"{folder}/{name}.pixels", np.float32).reshape(-1, *case["input"])
    expected = np.fromfile(f"{folder}/{name}.probabilities", np.float32).reshape(len(pixels), -1)
    worst = 0
    for n in BATCHES:
        found = probabilities(f"{folder}/{name}.onnx", pixels, n)
        if found.shape != (4 * n, case["classes"]):
            raise ValueError(f"batch {n}: expected {(4 * n, case['classes'])} probabilities, found {found.shape}")
        worst = max(worst, float(np.max(np.abs(found - expected[:4 * n]))))
    return worst


def main():
    folder = sys.argv[1]
    failed = False
    with open(f"{folder}/cases.json") as file:
        cases = json.load(file)
    for case in cases:
        if not case.get("opencv", True):
            continue
        try:
            worst = check(folder, case)
            good = worst <= TOLERANCE
            print(f"opencv: {case['name']}: batches of 1 and 4, largest difference {worst:.1e}{'' if good else ': FAILED'}")
        except (cv2.error, ValueError) as e:
            good = False
            print(f"opencv: {case['name']}: FAILED: {' '.join(str(e).split())[:300]}")
        failed |= not good
    sys.exit(1 if failed else 0)


main()
