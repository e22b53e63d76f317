// Which of a file's arrays is which of a model's.
#pragma once

#include <string>
#include <vector>

#include "keras/hdf5/stored.h"
#include "keras/hdf5/stored_layers.h"
#include "keras/weights/weighted.h"

namespace fer::keras_file {

struct Assignment {
  const Role* role = nullptr;
  const Stored* dataset = nullptr;
};

struct FullMatch {
  std::vector<Assignment> assignments;
  std::vector<std::string> notes;  // for the user: what names did not tell
};
// Every role of every layer of `model`, but for those that may miss: by name; where some names are missing by order, if
// no name contradicts it. Both must outlive the result. Throws Error naming the layer where weights are missing or have
// another shape.
FullMatch match_all(const Stored& weights, const WeightedLayer& model);

struct PartialMatch {
  std::vector<Assignment> assignments;
  std::vector<const WeightedLayer*> filled, left;
  std::vector<std::string> unused;  // layers of the file
};
// Those that the file has: by name, and where no name fits by order while shapes agree. Throws Error where names agree
// and shapes do not, and where nothing fits.
PartialMatch match_some(const Stored& weights, const WeightedLayer& model);

// What "res2a_branch2a" and the like are called since Keras 2.3: "conv2_block1_1_conv". Other names stay.
std::string modern_resnet_name(const std::string& name);

}  // namespace fer::keras_file
