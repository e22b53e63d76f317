#!/usr/bin/env python3
"""scan.py FER_CASCADE CASCADE.xml PICTURES [--speed ROUNDS] [--threads 2]

Scans every .png of the folder PICTURES with fer-cascade and with OpenCV's detectMultiScale (scale factor 1.1, three
neighbours). A box of one has a partner where the other has one of at most one pixel and one neighbour of difference;
each serves once. Prints the shares and ends with status 1 where fewer than 99 % of the boxes of either have partners.
--speed also takes the time of both, in turns, over all pictures; both read the PNG files. The time of fer-cascade holds
the start of the program and the reading of the cascade, the time of OpenCV does not.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

try:
    import cv2
except ImportError:
    print("scan.py: python3-opencv is missing: nothing was compared")
    sys.exit(77)


def ours(options, pictures):
    """For each picture its boxes: left, top, width, height, neighbours."""
    run = subprocess.run([options.program, "detect", "--json", "--cascade", options.cascade, "--scale-factor", "1.1", "--min-neighbours", "3",
                          "--threads", str(options.threads), *pictures], check=True, capture_output=True, text=True)
    lines = run.stdout.splitlines()
    if len(lines) != len(pictures):
        sys.exit("scan.py: expected %d lines of fer-cascade, found %d" % (len(pictures), len(lines)))
    return [[(b["left"], b["top"], b["width"], b["height"], b["neighbours"]) for b in json.loads(line)["boxes"]] for line in lines]


def theirs(classifier, pictures):
    found = []
    for picture in pictures:
        boxes, counts = classifier.detectMultiScale2(cv2.imread(picture, cv2.IMREAD_GRAYSCALE), 1.1, 3)
        found.append([(*map(int, box), int(count)) for box, count in zip(boxes, counts)])
    return found


def partners(first, second):
    """How many boxes of two pictures are the same up to one pixel and one neighbour."""
    left, count = list(second), 0
    for box in first:
        near = [other for other in left if all(abs(a - b) <= 1 for a, b in zip(box, other))]
        if near:
            left.remove(min(near, key=lambda other: sum(abs(a - b) for a, b in zip(box, other))))
            count += 1
    return count


def timed(what):
    begin = time.perf_counter()
    what()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("cascade")
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--speed", type=int, default=0, help="rounds of taking the time (default: none)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    classifier = cv2.CascadeClassifier(options.cascade)
    pictures = sorted(str(path) for path in options.pictures.glob("*.png"))
    if classifier.empty() or not pictures:
        sys.exit("scan.py: expected a cascade that OpenCV reads and a folder with .png files")
    a, b = ours(options, pictures), theirs(classifier, pictures)
    same, total = sum(map(partners, a, b)), max(sum(map(len, a)), sum(map(len, b)))
    equal = sum(len(set(x) & set(y)) for x, y in zip(a, b))
    print("%d pictures, boxes: fer-cascade %d, OpenCV %d; %d equal, %d equal up to one pixel and one neighbour (%.2f %%)"
          % (len(pictures), sum(map(len, a)), sum(map(len, b)), equal, same, 100 * same / max(total, 1)))
    if options.speed > 0:
        rounds = [(timed(lambda: ours(options, pictures)), timed(lambda: theirs(classifier, pictures))) for _ in range(options.speed)]
        for name, times in zip(("fer-cascade", "OpenCV"), zip(*rounds)):
            each = sorted(1000 * seconds / len(pictures) for seconds in times)
            print("%s, %d threads: %.1f milliseconds per picture (median of %d rounds; %.1f to %.1f)"
                  % (name, options.threads, each[len(each) // 2], len(each), each[0], each[-1]))
    sys.exit(1 if total == 0 or same < 0.99 * total else 0)


main()
