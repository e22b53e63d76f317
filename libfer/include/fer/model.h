// A model: a network, its weights, and what is needed to use it on pictures. And its file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/class_names.h"
#include "fer/network.h"
#include "fer/tensor.h"

namespace fer {

// One named array of a model. `trainable` is false for a batch norm's moving moments and for everything in a frozen
// layer.
struct Parameter {
  std::string name;    // "conv1/kernel", "bn1/moving_mean"
  Shape shape;         // kernels [kh,kw,ci,co] or [in,units]; vectors [channels]
  int64_t offset = 0;  // of its first element, in floats, from the start of Weights::values; a multiple of 16
  int layer = 0;       // index into Network::layers
  bool trainable = true;
  Initializer init;
  Regularizer regularizer;
};

// Where every parameter of a network lies in one flat array: all trainable ones first ([0, trainable_floats)), then the
// others. Gaps from alignment hold zeros. The order within each part is the order of the layers: kernel, bias; gamma,
// beta, moving_mean, moving_variance.
struct ParameterLayout {
  std::vector<Parameter> parameters;
  int64_t trainable_floats = 0;
  int64_t total_floats = 0;
};
ParameterLayout parameter_layout(const Network& network);

struct Weights {
  ParameterLayout layout;
  Tensor values;  // [layout.total_floats]

  Weights() = default;
  // Zeros.
  explicit Weights(const Network& network);
  std::span<float> of(const Parameter& p) { return values.values().subspan(p.offset, p.shape.elements()); }
  std::span<const float> of(const Parameter& p) const { return values.values().subspan(p.offset, p.shape.elements()); }
};

// Draws every parameter from its initialiser: a pure function of network and seed.
Weights initialize(const Network& network, uint64_t seed);

// How 8-bit pixels become the network's input: x = (pixel * scale) + shift. The default divides by 255.
struct Preprocessing {
  float scale = 1.0f / 255.0f;
  float shift = 0.0f;
  bool operator==(const Preprocessing&) const = default;
};

// A convolution or dense layer that computes in 8-bit integers: its kernel holds whole multiples, -127 to 127, of the
// output channel's scale, and its input is rounded to 256 steps over [low, high].
struct Int8Layer {
  std::string layer;
  float low = 0, high = 0;
  std::vector<float> kernel_scale;  // [output channels]
  bool operator==(const Int8Layer&) const = default;
};

struct Model {
  Network network;
  Weights weights;
  Preprocessing preprocessing;
  std::vector<Int8Layer> int8 = {};  // in the network's order; empty: all in floats (quantize_int8, fer/quantize.h)
  // Which classes of the data make each class of the network; empty: those of its name. One emoji a class; empty: by
  // default_emoji.
  std::vector<ClassRule> classes = {};
  std::vector<std::string> emoji = {};
};

// Model files are safetensors (docs/model-format.md): one tensor a parameter under its name, F32 (I8 for the kernels of
// 8-bit layers, with their scales and ranges), and in the metadata the network's JSON, class names and preprocessing.
// Saving writes a temporary file in the same folder, syncs and renames it: a reader sees the old file or the new one,
// whole. Throws Error (with the path) when anything fails, the old file intact.
void save_model(const Model& model, const std::string& path);
// Throws Error on anything but a whole, consistent file: wrong lengths, overlapping tensors, other dtypes, missing or
// extra tensors, shapes of another network, weights that are not finite.
Model load_model(const std::string& path);

}  // namespace fer
