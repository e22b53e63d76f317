// The layers with weights of a model, as a Keras file keeps them: what is looked for in it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fer/network.h"

namespace fer::keras_file {

// From a file's numbers to a parameter's.
using Transform = std::function<void(std::span<const float>, std::span<float>)>;

// One array of a layer.
struct Role {
  std::string name;                  // Keras's: "kernel", "moving_mean", ...
  std::string parameter = {};        // libfer's: "conv/kernel"; empty where libfer has none: not read
  std::vector<int64_t> stored = {};  // shape in the file
  bool may_miss = false;             // gamma and beta: 1 and 0 then
  Transform transform = {};
};

struct WeightedLayer {
  std::string name;   // Keras's, without the models around it
  std::string place;  // for messages
  std::string type;   // the class in Keras 3's weight files: "conv2d", "functional"
  bool is_model = false;
  std::vector<WeightedLayer> layers;  // of a model, in the file's order
  std::vector<Role> roles;            // of others

  bool has_weights() const;
};

// "BatchNormalization" to "batch_normalization", as Keras 3 does it.
std::string snake_case(const std::string& class_name);

// The layers of a network, as if each were Keras's layer of that kind.
WeightedLayer weighted_layers(const Network& network);

// Copies.
void as_it_is(std::span<const float> from, std::span<float> to);
// Kernels [co, ci, kh, kw] to [kh, kw, ci, co].
Transform filters_last(const std::vector<int64_t>& stored);
// Kernels [kh, kw, ...] rotated by 180 degrees: Theano's convolutions are true ones.
Transform turned(const std::vector<int64_t>& stored);
// Rows of `row` numbers, in the order of [c, h, w], to that of [h, w, c]. flattened: [h, w, c].
Transform channels_last_rows(const Shape& flattened, int64_t row);

}  // namespace fer::keras_file
