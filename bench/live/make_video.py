#!/usr/bin/python3
"""make_video.py OUT.avi [--seconds S] [--size WxH]: a video of three faces that move, for fer-live's tests and its benchmark.

The face is the astronaut of scikit-image (Debian's python3-skimage), a picture of NASA's in the public domain. Frames are at 30 per second.
"""
import argparse
import math

import cv2
import numpy
from skimage import data


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--size", default="640x480")
    arguments = parser.parse_args()
    width, height = (int(n) for n in arguments.size.split("x"))
    person = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)[0:250, 100:350]
    ground = cv2.resize(cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2BGR), (width, height))
    side = [int(height * share) for share in (0.5, 0.42, 0.46)]
    faces = [cv2.resize(person, (s, s), interpolation=cv2.INTER_AREA) for s in side]
    writer = cv2.VideoWriter(arguments.out, cv2.VideoWriter_fourcc(*"MJPG"), 30, (width, height))
    if not writer.isOpened():
        raise SystemExit(f"{arguments.out}: cannot be written")
    for frame in range(round(30 * arguments.seconds)):
        picture = ground.copy()
        for i, (face, s) in enumerate(zip(faces, side)):
            turn = 2 * math.pi * frame / 90 + 2 * i
            x = int(width * i / 3 + (width / 3 - s) / 2 + 0.04 * width * math.sin(turn))
            y = int((height - s) / 2 + 0.15 * height * math.cos(turn))
            left, top, right, bottom = max(x, 0), max(y, 0), min(x + s, width), min(y + s, height)
            picture[top:bottom, left:right] = face[top - y:bottom - y, left - x:right - x]
        writer.write(numpy.ascontiguousarray(picture))
    writer.release()


main()
