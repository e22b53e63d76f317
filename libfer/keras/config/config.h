// A model in Keras's JSON as a graph of layers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fer::keras_file {

struct ConfigLayer {
  std::string name, class_name;
  const nlohmann::json* whole = nullptr;   // of a model within the model
  const nlohmann::json* config = nullptr;  // the settings
  std::vector<int> inputs;                 // indices of layers
  bool is_model() const { return class_name == "Sequential" || class_name == "Model" || class_name == "Functional"; }
};

// The JSON it was read from must outlive it.
struct ConfigGraph {
  std::string name;
  bool frozen = false;
  std::vector<ConfigLayer> layers;  // as in the file
  std::vector<int> order;           // the layers that the output needs, each after its inputs; the last is the output
  int input = -1;                   // the layer that is the model's input; -1: the one before a Sequential's first
  const nlohmann::json* input_shape = nullptr;  // with the batch; missing where the first layer says it
};

// Throws Error naming the layer: a form that is no model's, a layer that takes what no layer gives, one that is used
// more than once, cycles, and more than one input or output.
ConfigGraph read_graph(const nlohmann::json& model);

// "layer 'conv' (Conv2D)", for messages.
std::string layer_place(const std::string& name, const std::string& class_name);
std::string place_of(const ConfigLayer& layer);

}  // namespace fer::keras_file
