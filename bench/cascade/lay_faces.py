#!/usr/bin/env python3
"""lay_faces.py fer2013.csv BACKGROUNDS.txt OUT [--usage PublicTest] [--pictures 200] [--seed 1]

Makes pictures whose faces are known: BACKGROUNDS.txt names a picture in each line; each becomes, in turn, a picture of
up to three faces of fer2013 at 32 to 160 pixels, and every fourth picture stays without a face. A face is continued
past its edge by an eighth of its size (mirrored) and fades out over that margin. Writes OUT/NNN.png and OUT/info.lst, a
description file for `fer-cascade evaluate`. The same seed gives the same pictures. Needs python3-opencv.
"""
import argparse
import csv
import pathlib
import sys

try:
    import cv2
    import numpy as np
except ImportError:
    print("lay_faces.py: python3-opencv is missing: no pictures were made")
    sys.exit(77)


def faces_of(data, usage):
    """The faces of a part of fer2013, 48x48, without those that are of one grey."""
    with open(data, newline="", encoding="utf-8") as file:
        rows = [row["pixels"] for row in csv.DictReader(file) if row["Usage"] == usage]
    faces = [np.array(pixels.split(), dtype=np.uint8).reshape(48, 48) for pixels in rows]
    return [face for face in faces if face.std() >= 10]


def lay(picture, face, left, top, size):
    """Blends `face`, `size` pixels wide, into `picture`; its own edge lies at (left, top)."""
    margin = size // 8
    whole = cv2.copyMakeBorder(cv2.resize(face, (size, size), interpolation=cv2.INTER_CUBIC), margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
    inside = np.minimum(np.arange(size + 2 * margin), np.arange(size + 2 * margin)[::-1])
    fade = np.minimum((inside + 1) / (margin + 1), 1)
    weight = np.minimum.outer(fade, fade)
    place = picture[top - margin:top + size + margin, left - margin:left + size + margin]
    place[:] = np.rint(weight * whole + (1 - weight) * place).astype(np.uint8)


def apart(box, others):
    """Whether a box with its margin touches none of the others."""
    left, top, size = box
    return all(left + size * 5 // 4 < x or x + s * 5 // 4 < left or top + size * 5 // 4 < y or y + s * 5 // 4 < top for x, y, s in others)


def place_faces(picture, faces, wanted, rng):
    """Lays up to `wanted` faces where they do not touch, and returns their boxes."""
    boxes = []
    for _ in range(20 * wanted):
        size = int(round(32 * 5 ** rng.random()))
        room = [side - size - 2 * (size // 8) for side in picture.shape]
        if len(boxes) == wanted or min(room) <= 0:
            continue
        box = (size // 8 + int(rng.integers(room[1])), size // 8 + int(rng.integers(room[0])), size)
        if apart(box, boxes):
            lay(picture, faces[int(rng.integers(len(faces)))], *box)
            boxes.append(box)
    return boxes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("backgrounds", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--usage", default="PublicTest", help="the part of fer2013 (default: PublicTest)")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    faces = faces_of(options.data, options.usage)
    backgrounds = options.backgrounds.read_text(encoding="utf-8").split("\n")
    backgrounds = [line for line in backgrounds if line]
    if not faces or not backgrounds:
        sys.exit("lay_faces.py: expected faces of %s and at least one background, found %d and %d" % (options.usage, len(faces), len(backgrounds)))
    options.out.mkdir(parents=True, exist_ok=True)
    lines, count = [], 0
    for number in range(options.pictures):
        path = backgrounds[number % len(backgrounds)]
        picture = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        if picture is None:
            sys.exit("lay_faces.py: %s: expected a picture" % path)
        boxes = [] if number % 4 == 3 else place_faces(picture, faces, 1 + number % 3, rng)
        name = "%03d.png" % number
        cv2.imwrite(str(options.out / name), picture)
        lines.append(" ".join([name, str(len(boxes))] + ["%d %d %d %d" % (x, y, size, size) for x, y, size in boxes]))
        count += len(boxes)
    (options.out / "info.lst").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("%d pictures, %d faces: %s" % (options.pictures, count, options.out / "info.lst"))


main()
