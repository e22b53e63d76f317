"""Draws docs/images/roofline.svg and docs/images/scaling.svg from measurements made here: bench/performance.py BUILD [roofline|scaling] (a build folder
with kernels_bench and fer_side). Takes some minutes on a quiet machine."""
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = os.path.join(HERE, "..", "docs", "images")
VGG8 = os.path.join(HERE, "..", "libfer", "networks", "seed002_vgg8.json")
COLOURS = {"forward": "#1f77b4", "data_gradient": "#2ca02c", "weight_gradient": "#d62728"}


class Plot:
    """Logarithmic axes in a box; sizes in pixels."""

    def __init__(self, title, x_label, y_label, x_range, y_range, x=0, width=560, height=400):
        self.x0, self.y0, self.width, self.height = x + 70, 40, width - 90, height - 95
        self.x_range, self.y_range, self.parts, self.labels = x_range, y_range, [], []
        self.text(self.x0 + self.width / 2, 22, title, size=14, bold=True)
        self.text(self.x0 + self.width / 2, self.y0 + self.height + 40, x_label)
        self.parts.append(f'<text x="{x + 18}" y="{self.y0 + self.height / 2}" text-anchor="middle" font-size="12" '
                          f'transform="rotate(-90 {x + 18} {self.y0 + self.height / 2})">{y_label}</text>')
        self.parts.append(f'<rect x="{self.x0}" y="{self.y0}" width="{self.width}" height="{self.height}" fill="none" stroke="#333"/>')

    def at(self, x, y):
        share = lambda v, r: math.log(v / r[0]) / math.log(r[1] / r[0])
        return self.x0 + self.width * share(x, self.x_range), self.y0 + self.height * (1 - share(y, self.y_range))

    def text(self, x, y, text, size=12, anchor="middle", bold=False, colour="#111"):
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{weight}>{text}</text>')

    def ticks(self, xs, ys):
        for x in xs:
            px, py = self.at(x, self.y_range[0])
            self.parts.append(f'<line x1="{px:.1f}" y1="{py}" x2="{px:.1f}" y2="{self.y0}" stroke="#ddd"/>')
            self.text(px, py + 16, f"{x:g}", size=11)
        for y in ys:
            px, py = self.at(self.x_range[0], y)
            self.parts.append(f'<line x1="{px}" y1="{py:.1f}" x2="{px + self.width}" y2="{py:.1f}" stroke="#ddd"/>')
            self.text(px - 6, py + 4, f"{y:g}", size=11, anchor="end")

    def line(self, points, colour, dashed=False):
        path = " ".join("{:.1f},{:.1f}".format(*self.at(x, y)) for x, y in points)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')

    def dot(self, x, y, colour, label=None):
        px, py = self.at(x, y)
        self.parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="{colour}"/>')
        if label:
            self.label(px, py - 8, label)

    def label(self, x, y, text):
        """Above its dot, higher where another label is."""
        while any(abs(x - other_x) < 34 and abs(y - other_y) < 11 for other_x, other_y in self.labels):
            y -= 11
        self.labels.append((x, y))
        self.text(x, y, text, size=10)


def write_svg(name, plots, width, height):
    os.makedirs(IMAGES, exist_ok=True)
    body = "\n".join(part for plot in plots for part in plot.parts)
    with open(os.path.join(IMAGES, name), "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
                   f'font-family="sans-serif">\n<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n')


def intensities(network):
    """Operations of the direct algorithm for each byte of input, kernel and output: by layer, batch 64."""
    shape, result = network["input"], {}
    for layer in network["layers"]:
        values = lambda s: math.prod(s)
        if layer["type"] in ("conv2d", "dense"):
            taps = math.prod(layer["kernel"]) * shape[2] if layer["type"] == "conv2d" else shape[0]
            kernel = taps * layer["output"][-1]
            result[layer["name"]] = 2 * 64 * values(layer["output"]) * taps / (4 * (64 * (values(shape) + values(layer["output"])) + kernel))
        shape = layer["output"]
    return result


def roofline(build):
    command = [os.path.join(build, "bench", "kernels_bench"), "--benchmark_format=json", "--benchmark_repetitions=5",
               "--benchmark_filter=conv/seed002_vgg8/.*(forward|gradient)/.*/64", "--benchmark_min_time=0.1"]
    data = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)
    peak, bandwidth = (float(data["context"][key]) for key in ("peak_gflops", "peak_gigabytes_second"))
    with open(VGG8) as file:
        by_layer = intensities(json.load(file))
    plot = Plot("Convolutions and dense layers of vgg8, batch 64", "operations of the direct algorithm for each byte of input, kernel and output",
                "GFLOP/s of the direct algorithm's work", (1, 1000), (10, 4000), width=760, height=460)
    plot.ticks([1, 10, 100, 1000], [10, 100, 1000])
    knee = peak / bandwidth
    plot.line([(1, max(bandwidth, 10)), (knee, peak)], "#555")
    plot.line([(knee, peak), (1000, peak)], "#555")
    plot.text(*plot.at(1.15, peak * 1.08), f"measured peak {peak:.0f} GFLOP/s; memory {bandwidth:.0f} GB/s", size=11, anchor="start", colour="#555")
    plot.line([(1, peak), (knee, peak)], "#bbb", dashed=True)
    for run in data["benchmarks"]:
        if run.get("aggregate_name") != "median" or run.get("label") != "chosen":
            continue
        _, _, layer, which, *_ = run["name"].split("/")
        plot.dot(by_layer[layer], run["GFLOP/s"], COLOURS[which], layer if which == "forward" else None)
    for i, (which, colour) in enumerate(COLOURS.items()):
        x, y = plot.x0 + plot.width - 130, plot.y0 + plot.height - 60 + 18 * i
        plot.parts.append(f'<circle cx="{x}" cy="{y - 4}" r="4" fill="{colour}"/>')
        plot.text(x + 10, y, which.replace("_", " "), anchor="start")
    write_svg("roofline.svg", [plot], 760, 460)


def variant(image=48, channels=1.0):
    with open(VGG8) as file:
        network = json.load(file)
    network["input"] = [image, image, 1]
    for key in ("params_total", "params_trainable", "macs"):
        network.pop(key, None)
    for layer in network["layers"]:
        layer.pop("output", None), layer.pop("params", None)
        if layer["type"] == "conv2d":
            layer["filters"] = int(layer["filters"] * channels)
    return network


def seconds_of_step(build, network, batch, threads):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(network, file)
        file.flush()
        command = [os.path.join(build, "bench", "fer_side"), "train", file.name, str(batch), str(threads), str(max(3, 320 // batch))]
        runs = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout) for _ in range(2)]
    return statistics.median(second for run in runs for second in run["seconds"])


def scaling(build):
    threads = os.cpu_count()
    some_threads = [t for t in (1, 2, 4, 8, 16, 32, 64) if t <= threads]
    cases = [("batch", [8, 16, 32, 64, 128, 256], lambda v: (variant(), v, threads)),
             ("image side", [24, 32, 48, 64, 96], lambda v: (variant(image=v), 32, threads)),
             ("channels, times vgg8's", [0.25, 0.5, 1, 2], lambda v: (variant(channels=v), 32, threads)),
             ("threads", some_threads, lambda v: (variant(), 64, v))]
    plots = []
    for i, (label, values, case) in enumerate(cases):
        points = []
        for value in values:
            network, batch, count = case(value)
            points.append((value, 1000 * seconds_of_step(build, network, batch, count) / batch))
            print(f"{label} {value}: {points[-1][1]:.3f} ms a picture", flush=True)
        low, high = min(y for _, y in points) / 1.6, max(y for _, y in points) * 1.6
        last = values[-1] if len(values) > 1 else 2 * values[0]
        plot = Plot(f"Training step by {label}", label, "ms a picture", (values[0] / 1.2, last * 1.2), (low, high), x=380 * i, width=380, height=320)
        plot.ticks(values, [y for y in (0.2, 0.5, 1, 2, 5, 10, 20, 50) if low < y < high])
        plot.line(points, "#1f77b4")
        for x, y in points:
            plot.dot(x, y, "#1f77b4", f"{y:.2f}")
        plots.append(plot)
    write_svg("scaling.svg", plots, 380 * len(plots), 320)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: bench/performance.py BUILD [roofline|scaling]")
    for draw in (roofline, scaling):
        if sys.argv[2:] in ([], [draw.__name__]):
            draw(sys.argv[1])
