#include "network/imported_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "fer/error.h"
#include "network/outputs.h"

namespace fer {
namespace {

// Copies what both layouts have under one name and shape; the rest is 0.
Weights with_layout_of(const Network& network, const Weights& from) {
  Weights to(network);
  std::unordered_map<std::string, const Parameter*> known;
  for (const Parameter& parameter : from.layout.parameters) known.emplace(parameter.name, &parameter);
  for (const Parameter& parameter : to.layout.parameters) {
    const auto found = known.find(parameter.name);
    if (found == known.end() || found->second->shape != parameter.shape) continue;
    const auto values = from.of(*found->second);
    std::copy(values.begin(), values.end(), to.of(parameter).begin());
  }
  return to;
}

std::span<float> values_of(Weights& weights, const std::string& name) {
  for (const Parameter& parameter : weights.layout.parameters) {
    if (parameter.name == name) return weights.of(parameter);
  }
  return {};
}

bool keeps_values(const LayerKind& kind) {
  return std::holds_alternative<Flatten>(kind) || std::holds_alternative<Reshape>(kind) ||
         std::holds_alternative<Dropout>(kind);
}

// The last layer that computes something, with only layers after it that hand its numbers on.
int last_computing(const Network& network, const std::vector<LayerInfo>& infos) {
  int at = static_cast<int>(network.layers.size()) - 1;
  while (at >= 0 && keeps_values(network.layers[static_cast<size_t>(at)].kind)) {
    at = infos[static_cast<size_t>(at)].inputs[0];
  }
  return at;
}

std::string free_name(const Network& network, const std::string& name) {
  const auto taken = [&](const std::string& candidate) {
    return std::any_of(network.layers.begin(), network.layers.end(),
                       [&](const Layer& layer) { return layer.name == candidate; });
  };
  std::string free = name;
  for (int i = 2; taken(free); ++i) free = fmt::format("{}_{}", name, i);
  return free;
}

bool is_of_probabilities(Activation function) {
  return function == Activation::kSoftmax || function == Activation::kSigmoid || function == Activation::kHardSigmoid;
}

bool has_readers_beside(const std::vector<LayerInfo>& infos, int layer) {
  int64_t readers = 0;
  for (const LayerInfo& info : infos) readers += std::count(info.inputs.begin(), info.inputs.end(), layer);
  return readers > 1;
}

// An activation that is followed by layers which only hand its numbers on becomes the last layer.
void move_activation_to_the_end(Model& model) {
  Network& network = model.network;
  const std::vector<LayerInfo> infos = infer(network);
  const int at = last_computing(network, infos);
  if (at < 0 || at + 1 == static_cast<int>(network.layers.size()) || has_readers_beside(infos, at)) return;
  Activation* function = activation_of(network.layers[static_cast<size_t>(at)].kind);
  if (function == nullptr || !is_of_probabilities(*function)) return;
  // (A softmax over the channels of several pixels is not one over all of them.)
  const Shape& shape = infos[static_cast<size_t>(at)].output;
  const int64_t channels = shape[shape.rank() - 1];
  if (*function == Activation::kSoftmax && channels != shape.elements()) return;
  const Activation last = std::exchange(*function, Activation::kLinear);
  const std::string name = network.layers[static_cast<size_t>(at)].name + "/" + activation_name(last);
  network.add(ActivationLayer{.function = last}, free_name(network, name));
}

// softmax(0, z)_1 = 1 / (1 + exp(-z)) = sigmoid(z): z's layer gets a unit of zeros before its own, or a dense layer
// that has weights 0 and 1 comes after it.
void make_two_classes(Model& model) {
  Network& network = model.network;
  Layer& last = network.layers.back();
  if (auto* dense = std::get_if<Dense>(&last.kind)) {
    const std::string kernel = last.name + "/kernel", bias = last.name + "/bias";
    dense->units = 2;
    dense->activation = Activation::kSoftmax;
    Weights weights = with_layout_of(network, model.weights);
    for (const std::string& name : {kernel, bias}) {
      const auto from = values_of(model.weights, name), to = values_of(weights, name);
      for (size_t i = 0; i < from.size(); ++i) to[2 * i + 1] = from[i];
    }
    model.weights = std::move(weights);
    return;
  }
  std::string name = last.name;
  const Dense two{.units = 2, .bias = false, .activation = Activation::kSoftmax};
  if (std::holds_alternative<ActivationLayer>(last.kind)) {
    last.kind = two;
  } else {
    *activation_of(last.kind) = Activation::kLinear;
    name = free_name(network, name + "/two_classes");
    network.add(two, name);
  }
  model.weights = with_layout_of(network, model.weights);
  values_of(model.weights, name + "/kernel")[1] = 1;
}

std::string note_on(const std::string& place, Activation last) {
  if (last == Activation::kLinear) {
    return place + ": its outputs are taken for logits, and a softmax makes probabilities of them";
  }
  return fmt::format(
      "{}: ends in {}, which gives no probabilities: a softmax goes on top, so that the order of the "
      "classes stays as it was and the numbers do not",
      place, activation_name(last));
}

}  // namespace

void settle_head(Model& model, std::vector<std::string>& notes) {
  move_activation_to_the_end(model);
  const int64_t outputs = class_count(model.network);
  Layer& layer = model.network.layers.back();
  const Activation* function = activation_of(layer.kind);
  const Activation last = function == nullptr ? Activation::kLinear : *function;
  const std::string place = "layer '" + layer.name + "'";
  if (outputs == 1) {
    if (last != Activation::kSigmoid) {
      throw Error(
          fmt::format("{}: expected an output for each class, or one sigmoid, which tells two classes apart, "
                      "found one output that ends in {}: libfer reads classifiers alone",
                      place, activation_name(last)));
    }
    make_two_classes(model);
    notes.push_back(place + ": one sigmoid is read as two classes: p of the second, 1 - p of the first");
  } else if (last == Activation::kSigmoid || last == Activation::kHardSigmoid) {
    notes.push_back(place + ": ends in sigmoids: each class has a probability of its own, and they need not sum to 1");
  } else if (last != Activation::kSoftmax) {
    notes.push_back(note_on(place, last));
  }
  if (model.weights.layout.total_floats != parameter_layout(model.network).total_floats) {
    model.weights = with_layout_of(model.network, model.weights);
  }
}

}  // namespace fer
