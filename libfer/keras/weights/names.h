// Which of a file's layers a model's layers are, as far as names tell.
#pragma once

#include <string>
#include <vector>

#include "keras/weights/match.h"
#include "keras/weights/weighted.h"

namespace fer::keras_file {

// A layer with weights.
struct Leaf {
  const WeightedLayer* layer = nullptr;
  std::string top;                 // the layer of the whole model that it is, or is in
  std::vector<std::string> paths;  // its name with all models around it, with one less, ..., alone: "vgg/conv", "conv"
};
std::vector<Leaf> leaves_of(const WeightedLayer& model);

// For each leaf its layer in the file, or nullptr. No two leaves get the same layer.
std::vector<const StoredLayer*> match_names(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves);

// True where names in order differ by Keras's numbers alone, which count on from layer to layer and model to model:
// "conv2d_1", "conv2d_2" in the file and "conv2d_2", "conv2d_3" in the model.
bool are_renumbered(const std::vector<StoredLayer>& stored, const std::vector<Leaf>& leaves);

}  // namespace fer::keras_file
