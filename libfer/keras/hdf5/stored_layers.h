// The layers of a file, as Keras keeps them in groups of arrays.
#pragma once

#include <string>
#include <vector>

#include "keras/hdf5/stored.h"

namespace fer::keras_file {

// Where a file keeps weights: the root, or "model_weights" in it. Throws Error where it has none as Keras keeps them.
const Stored& weights_of(const Stored& root);
// True for the layout of Keras 3: "layers/conv2d/vars/0"; else groups by name with lists of weight names.
bool is_by_class(const Stored& weights);

// In that layout: the group that holds a model's layers, or nullptr; a layer's arrays in order.
const Stored* container_of(const Stored& group);
std::vector<const Stored*> vars_of(const Stored& group);

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

}  // namespace fer::keras_file
