#!/usr/bin/python3
"""Writes tests/fixtures/keras: small models laid out as Keras 1, 2 and 3 write them, and what they compute.

Run by hand; needs PyTorch, h5py and numpy (Debian: python3-torch python3-h5py). Keras itself is not needed: the layouts
follow its documentation and files found in the wild. NAME.json has pictures, flat, in the order [n, h, w, c], as the
model takes them, and the outputs [n, classes], computed with PyTorch.
"""
import io
import json
import os
import zipfile

import h5py
import numpy as np
import torch
from torch.nn import functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "keras")
PICTURES = 4


# --- layers: what they compute (torch, channels first), their weights in Keras 2's shapes, their Keras 2 settings ---

class Layer:
    def __init__(self, class_name, name, config, weights, compute, inputs=None):
        self.class_name, self.name, self.config = class_name, name, config
        self.weights, self.compute, self.inputs = weights, compute, inputs
        self.snake = {"Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "Dense": "dense",
                      "MaxPooling2D": "max_pooling2d", "AveragePooling2D": "average_pooling2d", "Flatten": "flatten",
                      "Dropout": "dropout", "LeakyReLU": "leaky_re_lu", "ReLU": "re_lu", "Activation": "activation",
                      "GlobalAveragePooling2D": "global_average_pooling2d", "Add": "add", "InputLayer": "input_layer",
                      "ZeroPadding2D": "zero_padding2d", "Rescaling": "rescaling", "Functional": "functional",
                      "Sequential": "sequential", "Reshape": "reshape", "DepthwiseConv2D": "depthwise_conv2d",
                      "SeparableConv2D": "separable_conv2d", "Concatenate": "concatenate", "Multiply": "multiply",
                      "GlobalMaxPooling2D": "global_max_pooling2d", "SpatialDropout2D": "spatial_dropout2d"}[class_name]


ACTIVATIONS = {"linear": lambda x: x, "relu": F.relu, "tanh": torch.tanh, "elu": F.elu, "swish": F.silu,
               "silu": F.silu, "sigmoid": torch.sigmoid, "relu6": F.relu6, "hard_silu": F.hardswish,
               "softmax": lambda x: F.softmax(x, dim=1), "leaky_relu": lambda x: F.leaky_relu(x, 0.2)}
draw = np.random.RandomState(7)


def numbers(*shape, low=-0.5, high=0.5):
    return draw.uniform(low, high, shape).astype(np.float32)


def initializer(name):
    return {"class_name": name, "config": {"seed": None} if name != "Zeros" else {}}


def same(x, kernel, strides):
    """Zeros as for padding 'same': the odd one below and to the right."""
    pads = []
    for size, k, s in reversed(list(zip(x.shape[2:], kernel, strides))):
        total = max((-(-size // s) - 1) * s + k - size, 0)
        pads += [total // 2, total - total // 2]
    return pads


def as_torch(kernel):
    return torch.from_numpy(np.ascontiguousarray(kernel.astype(np.float64).transpose(3, 2, 0, 1)))


def vector(values):
    return torch.from_numpy(values.astype(np.float64))


def conv(name, ci, co, kernel=(3, 3), strides=(1, 1), padding="valid", activation="linear", bias=True, l2=0.0,
         inputs=None, **more):
    weights = {"kernel": numbers(*kernel, ci, co)}
    if bias:
        weights["bias"] = numbers(co)

    def compute(x):
        if padding == "same":
            x = F.pad(x, same(x, kernel, strides))
        y = F.conv2d(x, as_torch(weights["kernel"]), vector(weights["bias"]) if bias else None, strides)
        return ACTIVATIONS[activation](y)

    regularizer = {"class_name": "L2", "config": {"l2": l2}} if l2 else None
    config = {"name": name, "trainable": True, "dtype": "float32", "filters": co, "kernel_size": list(kernel),
              "strides": list(strides), "padding": padding, "data_format": "channels_last", "dilation_rate": [1, 1],
              "groups": 1, "activation": activation, "use_bias": bias,
              "kernel_initializer": initializer("GlorotUniform"), "bias_initializer": initializer("Zeros"),
              "kernel_regularizer": regularizer, "bias_regularizer": None, "activity_regularizer": None,
              "kernel_constraint": None, "bias_constraint": None, **more}
    return Layer("Conv2D", name, config, weights, compute, inputs)


def depthwise(name, ci, multiplier=1, kernel=(3, 3), strides=(1, 1), padding="same", activation="linear", inputs=None):
    weights = {"depthwise_kernel": numbers(*kernel, ci, multiplier), "bias": numbers(ci * multiplier)}

    def compute(x):
        if padding == "same":
            x = F.pad(x, same(x, kernel, strides))
        k = weights["depthwise_kernel"].astype(np.float64).transpose(2, 3, 0, 1).reshape(ci * multiplier, 1, *kernel)
        y = F.conv2d(x, torch.from_numpy(np.ascontiguousarray(k)), vector(weights["bias"]), strides, groups=ci)
        return ACTIVATIONS[activation](y)

    config = {"name": name, "trainable": True, "kernel_size": list(kernel), "strides": list(strides),
              "padding": padding, "data_format": "channels_last", "dilation_rate": [1, 1], "activation": activation,
              "use_bias": True, "depth_multiplier": multiplier,
              "depthwise_initializer": initializer("HeNormal"), "bias_initializer": initializer("Zeros"),
              "depthwise_regularizer": None}
    return Layer("DepthwiseConv2D", name, config, weights, compute, inputs)


def separable(name, ci, co, multiplier=2, kernel=(3, 3), padding="same", activation="linear", inputs=None):
    deep = depthwise(name, ci, multiplier, kernel, (1, 1), padding)
    deep.weights["bias"] = np.zeros(ci * multiplier, np.float32)
    weights = {"depthwise_kernel": deep.weights["depthwise_kernel"],
               "pointwise_kernel": numbers(1, 1, ci * multiplier, co), "bias": numbers(co)}

    def compute(x):
        y = F.conv2d(deep.compute(x), as_torch(weights["pointwise_kernel"]), vector(weights["bias"]))
        return ACTIVATIONS[activation](y)

    config = {"name": name, "trainable": True, "filters": co, "kernel_size": list(kernel), "strides": [1, 1],
              "padding": padding, "data_format": "channels_last", "dilation_rate": [1, 1], "activation": activation,
              "use_bias": True, "depth_multiplier": multiplier,
              "depthwise_initializer": initializer("GlorotUniform"),
              "pointwise_initializer": initializer("GlorotUniform"), "bias_initializer": initializer("Zeros")}
    return Layer("SeparableConv2D", name, config, weights, compute, inputs)


def dense(name, n, units, activation="linear", inputs=None, bias=True):
    weights = {"kernel": numbers(n, units)}
    if bias:
        weights["bias"] = numbers(units)

    def compute(x):
        y = x @ vector(weights["kernel"]) + (vector(weights["bias"]) if bias else 0)
        return ACTIVATIONS[activation](y)

    config = {"name": name, "trainable": True, "dtype": "float32", "units": units, "activation": activation,
              "use_bias": bias, "kernel_initializer": initializer("HeNormal"),
              "bias_initializer": initializer("Zeros"), "kernel_regularizer": None, "bias_regularizer": None}
    return Layer("Dense", name, config, weights, compute, inputs)


def norm(name, c, scale=True, center=True, epsilon=0.001, trainable=True, inputs=None):
    weights = {}
    if scale:
        weights["gamma"] = numbers(c, low=0.6, high=1.4)
    if center:
        weights["beta"] = numbers(c)
    weights["moving_mean"] = numbers(c)
    weights["moving_variance"] = numbers(c, low=0.5, high=1.5)

    def compute(x):
        return F.batch_norm(x, vector(weights["moving_mean"]), vector(weights["moving_variance"]),
                            vector(weights["gamma"]) if scale else None, vector(weights["beta"]) if center else None,
                            eps=epsilon)

    config = {"name": name, "trainable": trainable, "dtype": "float32", "axis": [3], "momentum": 0.99,
              "epsilon": epsilon, "center": center, "scale": scale, "beta_initializer": initializer("Zeros")}
    return Layer("BatchNormalization", name, config, weights, compute, inputs)


def max_pool(name, size=2, padding="valid", inputs=None):
    def compute(x):
        if padding == "same":
            x = F.pad(x, same(x, (size, size), (size, size)), value=-1e30)
        return F.max_pool2d(x, size)
    return Layer("MaxPooling2D", name, {"name": name, "trainable": True, "pool_size": [size, size],
                                        "padding": padding, "strides": [size, size],
                                        "data_format": "channels_last"}, {}, compute, inputs)


def average_pool_same(name, size, stride, inputs=None):
    def compute(x):
        pads = same(x, (size, size), (stride, stride))
        total = F.avg_pool2d(F.pad(x, pads), size, stride)
        return total / F.avg_pool2d(F.pad(torch.ones_like(x), pads), size, stride)
    return Layer("AveragePooling2D", name, {"name": name, "pool_size": [size, size], "padding": "same",
                                            "strides": [stride, stride], "data_format": "channels_last"}, {}, compute,
                 inputs)


def flatten(name, inputs=None):
    return Layer("Flatten", name, {"name": name, "trainable": True, "data_format": "channels_last"}, {},
                 lambda x: x.permute(0, 2, 3, 1).reshape(x.shape[0], -1), inputs)


def simple(class_name, name, compute, inputs=None, **config):
    return Layer(class_name, name, {"name": name, "trainable": True, **config}, {}, compute, inputs)


def run(layers, x):
    """A sequence, or with `inputs` a graph; the value of the last layer."""
    values = {}
    for layer in layers:
        given = [values[i] if i in values else x for i in layer.inputs] if layer.inputs else [x]
        x_first = x
        x = layer.compute(*given)
        values[layer.name] = x
        del x_first
    return x


def save_expected(name, layers, shape, low=0.0, high=1.0, compute=None):
    pictures = draw.uniform(low, high, (PICTURES, *shape)).astype(np.float32)
    x = torch.from_numpy(pictures.astype(np.float64).transpose(0, 3, 1, 2))
    y = (compute or (lambda value: run(layers, value)))(x).numpy()
    with open(os.path.join(FOLDER, name + ".json"), "w") as file:
        json.dump({"pictures": [float(v) for v in pictures.reshape(-1)],
                   "outputs": [float(np.float32(v)) for v in y.reshape(-1)]}, file)
        file.write("\n")


# --- HDF5 ---

def names(group, attribute, values, fixed=True, parts=1):
    """A list of names, as fixed or variable strings, also split over several attributes."""
    cut = -(-len(values) // parts)
    for i in range(parts):
        part = values[i * cut:(i + 1) * cut]
        key = attribute if parts == 1 else "%s%d" % (attribute, i)
        if fixed:
            group.attrs[key] = np.array([v.encode() for v in part], dtype="S") if part else np.array([], dtype="S1")
        else:
            group.attrs.create(key, part, dtype=h5py.string_dtype())


def write_layers(group, layers, weight_name, options=None, fixed=True, parts=1, dtype=None, all_layers=True):
    kept = [layer for layer in layers if all_layers or layer.weights]
    names(group, "layer_names", [layer.name for layer in kept], fixed, parts)
    for layer in kept:
        below = group.create_group(layer.name)
        entries = [(weight_name(layer, role), array) for role, array in layer.weights.items()]
        names(below, "weight_names", [name for name, _ in entries], fixed)
        for name, array in entries:
            below.create_dataset(name, data=array.astype(dtype or array.dtype), **(options or {}))


def nested(name, layers):
    """A model within the model, as one layer with the weights of all: trained ones first."""
    weights = {}
    for wanted in (False, True):
        for layer in layers:
            for role, array in layer.weights.items():
                if role.startswith("moving") == wanted:
                    weights[layer.name + "/" + role] = array
    return Layer("Sequential", name, {}, weights, None)


def tf2(layer, role):
    return "%s:0" % role if "/" in role else "%s/%s:0" % (layer.name, role)


def sequential_config(name, layers, shape, input_layer=True):
    entries = [{"class_name": l.class_name, "config": dict(l.config)} for l in layers]
    if input_layer:
        entries.insert(0, {"class_name": "InputLayer", "config": {
            "batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": name + "_input"}})
    else:
        entries[0]["config"]["batch_input_shape"] = [None, *shape]
    return {"class_name": "Sequential", "config": {"name": name, "layers": entries}}


def functional_config(name, layers, shape, class_name="Functional"):
    entries = [{"class_name": "InputLayer", "name": "input_1", "inbound_nodes": [], "config": {
        "batch_input_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": "input_1"}}]
    before = "input_1"
    for layer in layers:
        inputs = layer.inputs or [before]
        entries.append({"class_name": layer.class_name, "config": dict(layer.config), "name": layer.name,
                        "inbound_nodes": [[[i, 0, 0, {}] for i in inputs]]})
        before = layer.name
    return {"class_name": class_name, "config": {"name": name, "layers": entries, "input_layers": [["input_1", 0, 0]],
                                                 "output_layers": [[before, 0, 0]]}}


def keras_2_sequential():
    layers = [conv("conv_a", 1, 3, padding="same", activation="relu", l2=0.01),
              norm("norm_a", 3, scale=False), max_pool("pool_a"),
              conv("conv_b", 3, 4, kernel=(3, 2), bias=False), norm("norm_b", 4, center=False),
              simple("LeakyReLU", "leaky", lambda x: F.leaky_relu(x, 0.1), alpha=float(np.float32(0.1))),
              simple("Dropout", "drop", lambda x: x, rate=0.25, noise_shape=None, seed=None), flatten("flat"),
              dense("hidden", 24, 5, "elu"), dense("out", 5, 3, "softmax")]
    path = os.path.join(FOLDER, "keras2_sequential.h5")
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.11.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(sequential_config("net", layers, [8, 9, 1]))
        file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"})
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = "2.11.0"
        group.attrs["backend"] = "tensorflow"
        write_layers(group, layers, tf2, {"compression": "gzip", "shuffle": True, "fletcher32": True, "chunks": True})
        group.create_group("top_level_model_weights").attrs["weight_names"] = np.array([], dtype="S1")
        state = file.create_group("optimizer_weights")
        state["elsewhere"] = h5py.SoftLink("/nowhere")  # not looked at
        state.create_dataset("Adam/iter:0", data=np.int64(3))
    save_expected("keras2_sequential", layers, [8, 9, 1])


def keras_2_functional():
    inner = [conv("conv2d", 4, 3, activation="tanh", padding="same"), norm("batch_normalization", 3)]
    block = nested("block", inner)
    block.config = sequential_config("block", inner, [4, 4, 4])["config"]
    block.compute = lambda x: run(inner, x)
    layers = [simple("Rescaling", "rescale", lambda x: x / 127.5 - 1, scale=1 / 127.5, offset=-1),
              simple("ZeroPadding2D", "pad", lambda x: F.pad(x, [1, 1, 1, 1]), padding=[[1, 1], [1, 1]],
                     data_format="channels_last"),
              conv("stem", 2, 4, strides=(2, 2), activation="swish"),
              norm("frozen_norm", 4, trainable=False),
              conv("left", 4, 3, kernel=(1, 1), inputs=["frozen_norm"]), block,
              simple("Add", "sum", lambda a, b: a + b, inputs=["left", "block"]),
              simple("Activation", "relu", F.relu, activation="relu"),
              average_pool_same("mean", 3, 2),
              simple("SpatialDropout2D", "noise", lambda x: x, rate=0.2, data_format="channels_last"),
              simple("GlobalAveragePooling2D", "global", lambda x: x.mean((2, 3)), data_format="channels_last"),
              dense("logits", 3, 4), simple("Activation", "probabilities", lambda x: F.softmax(x, 1),
                                            activation="softmax")]
    block.inputs = ["frozen_norm"]
    config = functional_config("model", layers, [7, 8, 2], class_name="Model")
    with h5py.File(os.path.join(FOLDER, "keras2_functional.h5"), "w") as file:
        file.attrs["keras_version"] = np.bytes_("2.3.1")
        file.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["model_config"] = np.bytes_(json.dumps(config))
        write_layers(file.create_group("model_weights"), [simple("InputLayer", "input_1", None)] + layers, tf2,
                     fixed=False)
    save_expected("keras2_functional", layers, [7, 8, 2], 0, 255)


def keras_2_weights():
    """Weights alone: names split over attributes, 64-bit big-endian numbers; the model beside it in JSON."""
    layers = [conv("conv2d_7", 3, 4, activation="relu"), max_pool("max_pooling2d_3", padding="same"),
              conv("conv2d_8", 4, 2, kernel=(2, 3), padding="same"), flatten("flatten_1"),
              dense("dense_4", 18, 3, "softmax")]
    for name, dtype in (("keras2_weights", ">f8"), ("keras2_half", "<f2")):
        if dtype == "<f2":
            for layer in layers:
                for role in layer.weights:
                    layer.weights[role] = layer.weights[role].astype(np.float16).astype(np.float32)
        with h5py.File(os.path.join(FOLDER, name + ".h5"), "w") as file:
            file.attrs["keras_version"] = np.bytes_("2.4.0")
            write_layers(file, layers, tf2, dtype=dtype, parts=3)
        save_expected(name, layers, [8, 7, 3])
    with open(os.path.join(FOLDER, "keras2_weights_config.json"), "w") as file:
        json.dump({**sequential_config("weights", layers, [8, 7, 3], input_layer=False), "keras_version": "2.4.0",
                   "backend": "tensorflow"}, file, indent=1)
        file.write("\n")


# --- Keras 1 ---

def keras_1(theano):
    """Convolution2D and the like; on Theano true convolutions and channels first."""
    order = "th" if theano else "tf"
    first = conv("convolution2d_1", 2, 3, kernel=(3, 3), activation="relu", padding="same")
    second = conv("convolution2d_2", 3, 4, kernel=(2, 3), strides=(2, 1))
    batch, hidden = norm("batchnormalization_1", 4, epsilon=1e-5), dense("dense_1", 36, 5, "tanh")
    out = dense("dense_2", 5, 3, "softmax")

    def convolution(layer, border, subsample, **more):
        kernel = layer.weights["kernel"].shape
        return {"class_name": "Convolution2D", "config": {
            "name": layer.name, "trainable": True, "nb_filter": kernel[3], "nb_row": kernel[0], "nb_col": kernel[1],
            "init": "glorot_uniform", "activation": layer.config["activation"], "border_mode": border,
            "subsample": subsample, "dim_ordering": order, "W_regularizer": None, "b_regularizer": None,
            "activity_regularizer": None, "W_constraint": None, "b_constraint": None, "bias": True,
            "input_dtype": "float32", **more}}

    def whole(layer, **more):
        return {"class_name": "Dense", "config": {
            "name": layer.name, "trainable": True, "output_dim": layer.weights["bias"].size, "init": "glorot_uniform",
            "activation": layer.config["activation"], "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0,
                                                                        "l2": 0.0005},
            "b_regularizer": None, "bias": True, "input_dim": None, **more}}

    shape = [None, 2, 6, 5] if theano else [None, 6, 5, 2]
    config = {"class_name": "Sequential", "config": [
        convolution(first, "same", [1, 1], batch_input_shape=shape), convolution(second, "valid", [2, 1]),
        {"class_name": "BatchNormalization", "config": {
            "name": "batchnormalization_1", "trainable": True, "mode": 0, "axis": 1 if theano else -1,
            "epsilon": 1e-05, "momentum": 0.99}},
        {"class_name": "MaxPooling2D", "config": {
            "name": "maxpooling2d_1", "trainable": True, "pool_size": [1, 1], "strides": [1, 1],
            "border_mode": "valid", "dim_ordering": order}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": True, "p": 0.5}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": True}},
        whole(hidden), whole(out)]}

    def compute(x):
        for layer in (first, second):
            kernel = as_torch(layer.weights["kernel"])
            if theano:
                kernel = kernel.flip(2, 3)  # what is stored is turned once more by a true convolution
            x = F.conv2d(F.pad(x, [1, 1, 1, 1]) if layer is first else x, kernel, vector(layer.weights["bias"]),
                         [2, 1] if layer is second else [1, 1])
            x = F.relu(x) if layer is first else x
        x = batch.compute(x)
        x = x.reshape(x.shape[0], -1) if theano else x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)
        return out.compute(hidden.compute(x))

    def stored(layer, role, array):
        if layer in (first, second) and role == "kernel" and theano:
            return array.transpose(3, 2, 0, 1)
        return array

    suffix = {"kernel": "W", "bias": "b", "gamma": "gamma", "beta": "beta", "moving_mean": "running_mean",
              "moving_variance": "running_std"}
    name = "keras1_" + order
    with h5py.File(os.path.join(FOLDER, name + ".h5"), "w") as file:
        if not theano:
            file.attrs["keras_version"] = np.bytes_("1.2.2")
        file.attrs["model_config"] = np.bytes_(json.dumps(config))
        group = file.create_group("model_weights")
        layers = [first, second, batch, simple("MaxPooling2D", "maxpooling2d_1", None),
                  simple("Dropout", "dropout_1", None), simple("Flatten", "flatten_1", None), hidden, out]
        names(group, "layer_names", [layer.name for layer in layers])
        for layer in layers:
            below = group.create_group(layer.name)
            entries = {"%s_%s%s" % (layer.name, suffix[role], "" if theano else ":0"): stored(layer, role, array)
                       for role, array in layer.weights.items()}
            names(below, "weight_names", list(entries))
            for key, array in entries.items():
                below.create_dataset(key, data=array)
    save_expected(name, layers, [6, 5, 2], compute=compute)


# --- Keras 3 ---

def policy():
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def keras_3_layer(layer, sequence_input=None):
    config = {**layer.config, "dtype": policy()}
    for key, value in config.items():
        if isinstance(value, dict) and "class_name" in value and "module" not in value:
            module = "keras.initializers" if "initializer" in key else "keras.regularizers"
            config[key] = {"module": module, "registered_name": None, **value}
    if config.get("axis") == [3]:
        config["axis"] = -1
    if layer.class_name == "LeakyReLU":
        config["negative_slope"] = config.pop("alpha")
    return {"module": "keras.layers", "class_name": layer.class_name, "config": config, "registered_name": None,
            "build_config": {"input_shape": [None, 1]}}


def keras_3_input(name, shape):
    return {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
            "config": {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "name": name}}


def keras_3_sequential_config(name, layers, shape):
    return {"module": "keras", "class_name": "Sequential", "registered_name": None, "config": {
        "name": name, "trainable": True, "dtype": policy(),
        "layers": [keras_3_input("input_layer", shape)] + [keras_3_layer(layer) for layer in layers],
        "build_input_shape": [None, *shape]}, "build_config": {"input_shape": [None, *shape]},
        "compile_config": {"optimizer": "adam", "loss": "categorical_crossentropy"}}


def tensor(name):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, 1], "dtype": "float32",
                                                         "keras_history": [name, 0, 0]}}


def keras_3_functional_config(name, layers, shape, input_name="input_layer"):
    entries = [{**keras_3_input(input_name, shape), "name": input_name, "inbound_nodes": []}]
    before = input_name
    for layer in layers:
        inputs = layer.inputs or [before]
        args = [tensor(i) for i in inputs]
        entry = layer.whole if hasattr(layer, "whole") else keras_3_layer(layer)
        entries.append({**entry, "name": layer.name, "inbound_nodes": [
            {"args": [args] if len(args) > 1 else args, "kwargs": {"training": False} if layer.weights else {}}]})
        before = layer.name
    return {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional",
            "config": {"name": name, "trainable": True, "layers": entries, "input_layers": [[input_name, 0, 0]],
                       "output_layers": [[before, 0, 0]]},
            "build_config": {"input_shape": None}}


def write_vars(group, layers, container="layers", dtype=None, step=1):
    """Keras 3's layout: groups by class and number. The form of Keras 2.13 has gaps in the numbers: step 2."""
    counts = {}
    for layer in layers:
        count = counts.get(layer.snake, 0)
        counts[layer.snake] = count + (step if layer.weights else 1)
        path = "%s/%s%s" % (container, layer.snake, "_%d" % count if count else "")
        below = group.create_group(path)
        if hasattr(layer, "below"):
            write_vars(below, layer.below, container, dtype, step)
            below.create_group("vars")
            continue
        values = below.create_group("vars")
        for i, array in enumerate(layer.weights.values()):
            values.create_dataset(str(i), data=array.astype(dtype or array.dtype))
        if layer.class_name == "Dropout":
            below.create_group("seed_generator/vars").create_dataset("0", data=np.array([1, 2], np.uint32))


def write_keras(name, config, write, version="3.3.3", method=zipfile.ZIP_STORED):
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        write(file)
    with zipfile.ZipFile(os.path.join(FOLDER, name + ".keras"), "w", method) as archive:
        # (A fixed date: the same bytes each time.)
        for member, data in (("metadata.json", json.dumps({"keras_version": version,
                                                           "date_saved": "2024-01-01@00:00:00"})),
                             ("config.json", json.dumps(config)), ("model.weights.h5", content.getvalue())):
            archive.writestr(zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0)), data, compress_type=method)


def keras_3_sequential():
    # Layers later than others of an earlier model: their names and the groups' do not agree.
    layers = [conv("conv2d_2", 1, 2, activation="leaky_relu"), norm("batch_normalization_1", 2),
              simple("ReLU", "re_lu", lambda x: F.leaky_relu(x, 0.05), max_value=None, negative_slope=0.05,
                     threshold=0.0),
              conv("conv2d_1", 2, 3, padding="same"), max_pool("max_pooling2d"),
              simple("Dropout", "dropout", lambda x: x, rate=0.5, seed=None, noise_shape=None), flatten("flatten"),
              dense("dense_1", 27, 4), dense("dense", 4, 3, "softmax")]
    layers[7].config["activation"] = {"module": "keras.layers", "class_name": "LeakyReLU", "registered_name": None,
                                      "config": {"name": "act", "negative_slope": 0.25}}
    plain = layers[7].compute
    layers[7].compute = lambda x: F.leaky_relu(plain(x), 0.25)

    def write(file):
        write_vars(file, layers)
        file.create_group("optimizer/vars").create_dataset("0", data=np.int64(7))
        file.create_group("vars")

    config = keras_3_sequential_config("sequential", layers, [8, 8, 1])
    write_keras("keras3_sequential", config, write, method=zipfile.ZIP_DEFLATED)
    save_expected("keras3_sequential", layers, [8, 8, 1])
    # What Keras 3 writes as .h5: groups by name, and longer names of weights.
    with h5py.File(os.path.join(FOLDER, "keras3_legacy.h5"), "w") as file:
        file.attrs["keras_version"] = "3.3.3"
        file.attrs["backend"] = "torch"
        file.attrs["model_config"] = json.dumps(config)
        write_layers(file.create_group("model_weights"), layers,
                     lambda layer, role: "sequential/%s/%s" % (layer.name, role))


def keras_3_functional():
    inner = [conv("conv_x", 3, 3, padding="same", activation="relu"), norm("norm_x", 3)]
    outer = Layer("Functional", "features", {}, {"all": None}, lambda x: run(inner, x))
    outer.whole, outer.below = keras_3_functional_config("features", inner, [6, 6, 3], "input_layer_1"), inner
    layers = [conv("stem", 1, 3, padding="same"), outer,
              simple("Add", "add", lambda a, b: a + b, inputs=["stem", "features"]), flatten("flatten"),
              dense("classes", 108, 3, "softmax")]
    write_keras("keras3_functional", keras_3_functional_config("functional_1", layers, [6, 6, 1]),
                lambda file: write_vars(file, [simple("InputLayer", "input_layer", None)] + layers))
    save_expected("keras3_functional", layers, [6, 6, 1])


def keras_2_13():
    layers = [conv("conv2d", 1, 2, activation="relu"), conv("conv2d_1", 2, 2), flatten("flatten"),
              dense("dense", 32, 4, "tanh"), dense("dense_1", 4, 3, "softmax")]
    config = sequential_config("sequential", layers, [8, 8, 1])
    for name, container in (("keras2_13", "_layer_checkpoint_dependencies"),
                            ("keras2_13_windows", "_layer_checkpoint_dependencies\\")):
        def write(file, container=container):
            if container.endswith("\\"):
                plain = h5py.File(io.BytesIO(), "w")
                write_vars(plain, layers, "x", step=2)
                for key in plain["x"]:
                    plain.copy("x/" + key, file, container + key)
            else:
                write_vars(file, layers, container, step=2)
        write_keras(name, config, write, "2.13.1")
        save_expected(name, layers, [8, 8, 1])


def keras_3_mobile():
    """Depthwise and separable convolutions, squeeze-and-excite, uneven zeros before a stride."""
    layers = [simple("ZeroPadding2D", "pad", lambda x: F.pad(x, [0, 1, 0, 1]), padding=[[0, 1], [0, 1]],
                     data_format="channels_last"),
              conv("stem", 1, 4, strides=(2, 2), bias=False), norm("stem_bn", 4),
              simple("ReLU", "stem_relu", F.relu6, max_value=6.0, negative_slope=0.0, threshold=0.0),
              depthwise("deep", 4, 2, activation="hard_silu"),
              simple("GlobalAveragePooling2D", "squeeze", lambda x: x.mean((2, 3), keepdim=True), inputs=["deep"],
                     data_format="channels_last", keepdims=True),
              conv("excite", 8, 8, kernel=(1, 1), activation="sigmoid"),
              simple("Multiply", "scaled", lambda a, b: a * b, inputs=["deep", "excite"]),
              separable("apart", 8, 3, activation="silu"),
              simple("Concatenate", "both", lambda a, b: torch.cat([a, b], 1), inputs=["apart", "stem_relu"], axis=-1),
              simple("GlobalMaxPooling2D", "most", lambda x: x.amax((2, 3)), data_format="channels_last",
                     keepdims=False),
              dense("classes", 7, 3, "softmax")]
    write_keras("keras3_mobile", keras_3_functional_config("mobile", layers, [8, 10, 1]),
                lambda file: write_vars(file, layers))
    save_expected("keras3_mobile", layers, [8, 10, 1])


if __name__ == "__main__":
    os.makedirs(FOLDER, exist_ok=True)
    keras_2_sequential()
    keras_2_functional()
    keras_2_weights()
    keras_1(theano=True)
    keras_1(theano=False)
    keras_3_sequential()
    keras_3_functional()
    keras_2_13()
    keras_3_mobile()
