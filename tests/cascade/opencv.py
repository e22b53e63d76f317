#!/usr/bin/env python3
"""Compares fer-cascade with OpenCV: opencv.py FER_CASCADE CASCADE.xml PICTURES

PICTURES is a folder. Every picture is scanned by both, for all windows and for joined boxes. Prints how many boxes there were and ends with status 1 where
any differs (other than the order), with 77 where OpenCV is missing.
"""
import json
import os
import subprocess
import sys

try:
    import cv2
except ImportError:
    print("no python3-opencv: not compared")
    sys.exit(77)

program, cascade, folder = sys.argv[1:]
classifier = cv2.CascadeClassifier(cascade)
if classifier.empty():
    sys.exit(f"{cascade}: OpenCV does not read it")
pictures = sorted(os.path.join(folder, name) for name in os.listdir(folder))
total = different = 0
for factor, neighbours in ((1.1, 0), (1.25, 2)):
    lines = subprocess.run([program, "detect", "--json", "--cascade", cascade, "--scale-factor", str(factor), "--min-neighbours", str(neighbours), *pictures],
                           check=True, capture_output=True, text=True).stdout.splitlines()
    for picture, line in zip(pictures, lines):
        grey = cv2.imread(picture, cv2.IMREAD_GRAYSCALE)
        if neighbours:
            boxes, counts = classifier.detectMultiScale2(grey, factor, neighbours)
            theirs = sorted((*map(int, box), int(count)) for box, count in zip(boxes, counts))
        else:
            theirs = sorted((*map(int, box), 1) for box in classifier.detectMultiScale(grey, factor, 0))
        ours = sorted((b["left"], b["top"], b["width"], b["height"], b["neighbours"]) for b in json.loads(line)["boxes"])
        total += len(theirs)
        different += len(set(theirs) ^ set(ours)) + abs(len(theirs) - len(ours))
print(f"{total} boxes, {different} differ")
sys.exit(1 if different or total == 0 else 0)
