// Which of a file's arrays is which of a model's.
#pragma once

#include <string>
#include <vector>

#include "keras/hdf5/stored.h"
#include "keras/weights/weighted.h"

namespace fer::keras_file {

struct Assignment {
  const Role* role = nullptr;
  const Stored* dataset = nullptr;
};

// Where a file keeps weights: the root, or "model_weights" in it. Throws Error where it has none as Keras keeps them.
const Stored& weights_of(const Stored& root);
// True for the layout of Keras 3: "layers/conv2d/vars/0"; else groups by name with lists of weight names.
bool is_by_class(const Stored& weights);

// In that layout: the group that holds a model's layers, or nullptr; a layer's arrays in order.
const Stored* container_of(const Stored& group);
std::vector<const Stored*> vars_of(const Stored& group);

struct FullMatch {
  std::vector<Assignment> assignments;
  std::vector<std::string> notes;  // for the user: what names did not tell
};
// Every role of every layer of `model`, but for those that may miss: by name; where some names are missing by order, if
// no name contradicts it. Both must outlive the result. Throws Error naming the layer where weights are missing or have
// another shape.
FullMatch match_all(const Stored& weights, const WeightedLayer& model);

// A layer of the file.
struct StoredLayer {
  std::string name;                // for messages
  std::string group;               // the layer's name, or the model's that it is in; empty where the file has none
  std::string owner;               // as the weights' own names have it, with any scopes before it; may be another
  std::string type;                // in the layout of Keras 3, else empty
  std::vector<std::string> roles;  // of each array, where its name tells; else empty
  std::vector<const Stored*> arrays;
};
std::vector<StoredLayer> stored_layers(const Stored& weights);

// "conv2d_1" is conv2d's number 1, "conv2d" its number 0.
struct NumberedName {
  std::string base;
  int number = 0;
};
NumberedName split_number(const std::string& name);

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
