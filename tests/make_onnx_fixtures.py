#!/usr/bin/env python3
"""Writes tests/fixtures/onnx: small networks as PyTorch exports them, and what PyTorch computes with them.

Run by hand; needs PyTorch (Debian: python3-torch). NAME.json has pictures, flat, in libfer's order [n, h, w, c], as the
file's input takes them, and the outputs [n, classes].
"""
import json
import os

import torch
from torch import nn

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "onnx")


class Plain(nn.Module):
    """Scaled pixels; a batch norm that no convolution takes in; flattening in the order [c, h, w]."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.BatchNorm2d(4), nn.MaxPool2d(2),
            nn.Conv2d(4, 3, (1, 3), stride=(2, 1), bias=False), nn.LeakyReLU(0.2), nn.Flatten(), nn.BatchNorm1d(18),
            nn.Linear(18, 6), nn.ELU(), nn.Dropout(), nn.Linear(6, 4, bias=False), nn.Softmax(dim=1))

    def forward(self, x):
        return self.layers((x - 127.5) / 128)


class Residual(nn.Module):
    """Sums, SiLU, padding that counts, a global pool, a shape computed from a shape."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 4, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(4), nn.SiLU())
        self.a = nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 1))
        self.pool = nn.AvgPool2d(3, stride=2, padding=1)
        self.head = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = self.stem(x)
        x = torch.relu(self.a(x) + x)
        x = self.head(self.pool(x) + 0.5)
        return torch.softmax(self.fc(x.view(x.size(0), -1)), dim=1)


class Means(nn.Module):
    """A mean over height and width; products and biases apart; resized pictures."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(5, 1, 1))
        self.weights = nn.Parameter(torch.ones(5, 3))
        self.bias = nn.Parameter(torch.ones(3))

    def forward(self, x):
        x = nn.functional.interpolate(x, size=(9, 8), mode="bilinear", align_corners=False)
        x = torch.tanh(self.conv(x)) * self.scale
        return torch.softmax(x.mean((2, 3)) @ self.weights + self.bias, dim=1)


class Squeeze(nn.Module):
    """Squeeze-and-excite as most write it."""

    def __init__(self, channels):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels, 2), nn.ReLU(), nn.Linear(2, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.fc(self.pool(x).view(b, c)).view(b, c, 1, 1)
        return x * y.expand_as(x)


class Idioms(nn.Module):
    """Channels' means of pixels; computed paddings and shapes; weights in other shapes; logarithms."""

    def __init__(self):
        super().__init__()
        self.register_buffer("means", torch.zeros(3))
        self.conv = nn.Sequential(nn.ZeroPad2d(1), nn.Conv2d(3, 4, 3), nn.ReLU(), Squeeze(4))
        self.down = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(4, 4, 3, stride=2), nn.ReLU())
        self.scale = nn.Parameter(torch.ones(4))
        self.weights = nn.Parameter(torch.ones(5, 2, 40))
        self.mix = nn.Conv2d(5, 4, 1)

    def forward(self, x):
        x = self.conv((x - (self.means.view(1, 3, 1, 1) + 1) * 100) / 50)
        x = self.down(x) * self.scale.view(1, -1, 1, 1)
        b, c, h, w = x.shape
        x = torch.relu(x.reshape(b, c * h * w) @ self.weights.view(5, c * h * w).t())
        x = self.mix(x.view(b, 5, 1, 1))
        return torch.log_softmax(x.mean(3).mean(2), dim=1)


def numbers(t):
    """Nine digits hold a float exactly."""
    return [float("%.9g" % v) for v in t.detach().flatten().tolist()]


def write(name, model, shape, opset, low, high, fold=True):
    with torch.no_grad():
        for key, value in model.state_dict().items():
            if value.dtype == torch.float32:
                value.uniform_(0.5, 1.5) if key.endswith("running_var") else value.uniform_(-0.6, 0.6)
    model.eval()
    pictures = torch.empty(3, *shape).uniform_(low, high)
    torch.onnx.export(model, pictures, os.path.join(FOLDER, name + ".onnx"), opset_version=opset, input_names=["x"],
                      output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, do_constant_folding=fold)
    outputs = model(pictures)
    if isinstance(model, Idioms):
        outputs = outputs.exp()
    content = {"pictures": numbers(pictures.permute(0, 2, 3, 1)), "outputs": numbers(outputs)}
    with open(os.path.join(FOLDER, name + ".json"), "w") as file:
        json.dump(content, file)
        file.write("\n")


torch.manual_seed(1)
os.makedirs(FOLDER, exist_ok=True)
write("plain_9", Plain(), (2, 12, 8), 9, 0, 255)
write("plain_16", Plain(), (2, 12, 8), 16, 0, 255)
write("residual_11", Residual(), (1, 11, 9), 11, -1, 1)
write("residual_13", Residual(), (1, 12, 12), 13, -1, 1)
write("means_11", Means(), (3, 7, 6), 11, -1, 1)
write("means_15", Means(), (3, 7, 6), 15, -1, 1)
write("idioms_11", Idioms(), (3, 8, 10), 11, 0, 255)
write("idioms_17", Idioms(), (3, 8, 10), 17, 0, 255, fold=False)
