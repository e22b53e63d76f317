#!/usr/bin/env python3
"""start.py BUILD...: how long a program takes from start to end, and its peak memory: fer-predict --version, and fer-predict for one picture of
48x48 pixels by the model that comes with libfer, named to it. Several builds take turns. Prints the median, the quartiles and the extremes of --starts starts.
"""
import argparse
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time
import zlib

MODEL = pathlib.Path(__file__).resolve().parent.parent / "data/models/small.safetensors"


def png_of_a_face(side=48):
    """A grey picture: a bright oval with dark eyes and mouth."""
    rows = b""
    for y in range(side):
        rows += b"\0"  # the row as it is
        for x in range(side):
            inside = ((x - 24) / 18) ** 2 + ((y - 24) / 22) ** 2 < 1
            feature = (16 < y < 21 and 8 < abs(x - 24) + 4 < 16) or (33 < y < 37 and abs(x - 24) < 8)
            rows += bytes([60 if feature else 190 if inside else 30])
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)


def milliseconds(command):
    null = os.open(os.devnull, os.O_WRONLY)
    begin = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status = os.waitpid(process, 0)
    took = time.perf_counter() - begin
    os.close(null)
    if status != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return 1000 * took


def peak_mib(command):
    # (By a small program: what a process started by Python reports begins with Python's own memory.)
    ran = subprocess.run(["/usr/bin/time", "-f", "%M", *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(ran.stderr.split()[-1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="+", type=pathlib.Path, metavar="BUILD", help="build folders, such as build-release")
    parser.add_argument("--starts", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        face = os.path.join(folder, "face.png")
        with open(face, "wb") as file:
            file.write(png_of_a_face())
        rows = [(str(build), words, [str(build.resolve() / "tools/fer-predict"), *arguments])
                for words, arguments in (("--version", ["--version"]), ("face.png", [str(MODEL), face])) for build in options.builds]
        times = [[] for _ in rows]
        for start in range(options.starts + 1):
            for i, (_, _, command) in enumerate(rows):
                took = milliseconds(command)
                if start > 0:  # the first one reads the files from the disk
                    times[i].append(took)
        print("| build | fer-predict | median, ms | quartiles | extremes | peak memory, MiB |\n|---|---|---|---|---|---|")
        for (build, words, command), taken in zip(rows, times):
            low, middle, high = statistics.quantiles(taken, n=4)
            print(f"| {build} | {words} | {middle:.1f} | {low:.1f}-{high:.1f} | {min(taken):.1f}-{max(taken):.1f} | {peak_mib(command):.1f} |")


if __name__ == "__main__":
    main()
