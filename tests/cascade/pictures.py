#!/usr/bin/env python3
"""Makes 200 grey pictures to scan: pictures.py FOLDER

They are cut out of the photographs of Debian's python3-skimage (package python3-skimage, folder skimage/data), at places, of sizes and at scales that a fixed
seed draws; half of them are mirrored, some are made darker or paler. Every second one holds the face of astronaut.png, so that there are boxes to compare.
Ends with status 77 where OpenCV or the photographs are missing.
"""
import os
import random
import sys

try:
    import cv2
except ImportError:
    print("no python3-opencv: no pictures made")
    sys.exit(77)

PHOTOGRAPHS = "/usr/lib/python3/dist-packages/skimage/data"
NAMES = ("astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "motorcycle_left", "rocket")
FACE = (170, 50, 130, 160)  # of astronaut.png: left, top, width, height of the whole head
COUNT = 200


def photographs():
    found = {}
    for name in NAMES:
        for ending in (".png", ".jpg"):
            path = os.path.join(PHOTOGRAPHS, name + ending)
            if os.path.exists(path):
                found[name] = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    return found


def cut(draw, picture, face):
    """A random part of the picture, with the face in it where one is given."""
    height, width = picture.shape
    w, h = draw.randint(min(200, width), min(480, width)), draw.randint(min(200, height), min(480, height))
    lowest_x, highest_x, lowest_y, highest_y = 0, width - w, 0, height - h
    if face:
        lowest_x, highest_x = max(0, face[0] + face[2] - w), min(face[0], width - w)
        lowest_y, highest_y = max(0, face[1] + face[3] - h), min(face[1], height - h)
    x, y = draw.randint(lowest_x, highest_x), draw.randint(lowest_y, highest_y)
    part = picture[y:y + h, x:x + w]
    scale = draw.uniform(0.5, 1.5)
    part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if draw.random() < 0.5:
        part = cv2.flip(part, 1)
    return cv2.convertScaleAbs(part, alpha=draw.choice((1, 1, 0.6)), beta=draw.choice((0, 0, 30)))


def main():
    folder = sys.argv[1]
    originals = photographs()
    if "astronaut" not in originals or len(originals) < 5:
        print("no photographs: apt-get install python3-skimage")
        sys.exit(77)
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(18)
    for i in range(COUNT):
        name = "astronaut" if i % 2 == 0 else draw.choice(sorted(set(originals) - {"astronaut"}))
        picture = cut(draw, originals[name], FACE if name == "astronaut" else None)
        cv2.imwrite(os.path.join(folder, f"{i:03}_{name}.png"), picture)
    print(f"{COUNT} pictures out of {len(originals)} photographs")


if __name__ == "__main__":
    main()
