#include "keras/config/config.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <unordered_map>

#include "fer/error.h"
#include "keras/config/operation.h"
#include "keras/config/settings.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const json& array_of(const json& object, const char* key) {
  const json* found = member(object, key);
  if (found != nullptr && found->is_array()) return *found;
  throw Error(fmt::format("model: {}: expected an array, found {}", key, found ? shown(*found) : "none"));
}

ConfigLayer read_layer(const json& entry, size_t position) {
  ConfigLayer layer;
  const json *class_name = member(entry, "class_name"), *config = member(entry, "config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr) {
    throw Error(fmt::format("model: layer {}: expected class_name and config, found {}", position + 1, shown(entry)));
  }
  layer.class_name = class_name->get<std::string>();
  layer.whole = &entry;
  layer.config = config;
  const json* name = member(*config, "name");
  if (name == nullptr) name = member(entry, "name");
  layer.name = name != nullptr && name->is_string() ? name->get<std::string>() : fmt::format("layer_{}", position + 1);
  return layer;
}

void read_layers(const json& list, ConfigGraph& graph) {
  if (list.size() > kMaxLayers) {
    throw Error(fmt::format("model: expected at most {} layers, found {}", kMaxLayers, list.size()));
  }
  for (const json& entry : list) graph.layers.push_back(read_layer(entry, graph.layers.size()));
  if (graph.layers.empty()) throw Error("model: expected layers, found none");
}

void read_sequential(const json& model, ConfigGraph& graph) {
  const json& config = model["config"];
  read_layers(config.is_array() ? config : array_of(config, "layers"), graph);
  for (int i = 0; i < static_cast<int>(graph.layers.size()); ++i) {
    if (i > 0) graph.layers[i].inputs = {i - 1};
    graph.order.push_back(i);
  }
  if (graph.layers[0].class_name == "InputLayer") graph.input = 0;
  graph.input_shape = member(config, "build_input_shape");
  if (const json* built = member(model, "build_config"); graph.input_shape == nullptr && built != nullptr) {
    graph.input_shape = member(*built, "input_shape");
  }
}

// One output of a layer: ["conv", 0, 0], and in Keras 2 what the call was given besides.
bool is_reference(const json& value) {
  return value.is_array() && value.size() >= 3 && value[0].is_string() && value[1].is_number_integer() &&
         value[2].is_number_integer();
}

std::string name_in(const json& value) {
  if (value[2] != 0) throw Error("expected layers of one output, found one of more: " + shown(value[0]));
  return value[0].get<std::string>();
}

// A second tensor in the place of an operator's number: ["x", 0, 0, {"y": ["conv", 0, 0]}].
const json* second_tensor(const json& reference) {
  const json* second = reference.size() > 3 ? member(reference[3], "y") : nullptr;
  return second != nullptr && is_reference(*second) ? second : nullptr;
}

// Keras 2: lists within lists. Keras 3: {"args": [...]} with tensors that say where they come from.
// numbers: what is beside tensors is an operator's.
void collect(const json& value, std::vector<std::string>& names, bool numbers = false) {
  if (names.size() > kMaxLayers) {
    throw Error(fmt::format("expected at most {} inputs, found more", kMaxLayers));
  }
  if (is_reference(value)) {
    names.push_back(name_in(value));
    if (const json* second = second_tensor(value)) names.push_back(name_in(*second));
  } else if (value.is_array()) {
    for (const json& one : value) collect(one, names, numbers);
  } else if (const json* kind = member(value, "class_name"); kind != nullptr && is_text(*kind, "__keras_tensor__")) {
    const json* config = member(value, "config");
    const json* history = config == nullptr ? nullptr : member(*config, "keras_history");
    if (history == nullptr || !is_reference(*history)) throw Error("expected a keras_history, found none");
    names.push_back(name_in(*history));
  } else if (const json* args = member(value, "args")) {
    collect(*args, names, numbers);
    const json* named = member(value, "kwargs");
    if (named == nullptr || !named->is_object()) return;
    for (auto entry = named->begin(); entry != named->end(); ++entry) {
      // (Masks and flags for training do not change what is computed.)
      if (entry->is_object() || entry->is_array()) {
        throw Error("expected inputs by place, found " + shown(entry.key()) + " by name");
      }
    }
  } else if (value.is_string() || (value.is_number() && !numbers)) {
    throw Error("expected inputs that layers give, found " + shown(value));
  }
}

std::vector<std::string> input_names(const ConfigLayer& layer) {
  const std::string place = place_of(layer);
  const json* nodes = member(*layer.whole, "inbound_nodes");
  if (nodes == nullptr || !nodes->is_array() || nodes->empty()) return {};
  if (nodes->size() > 1) {
    throw Error(fmt::format("{}: expected a layer that is used once, found {} uses", place, nodes->size()));
  }
  std::vector<std::string> names;
  bool numbers = false;
  try {
    numbers = !operation_of(layer).empty();
  } catch (const Error& e) {
    throw Error(place + ": " + e.what());
  }
  try {
    collect(*nodes, names, numbers);
  } catch (const Error& e) {
    throw Error(place + ": inbound_nodes: " + e.what());
  }
  return names;
}

int index_of(const std::unordered_map<std::string, int>& index, const std::string& name, const std::string& place) {
  const auto found = index.find(name);
  if (found != index.end()) return found->second;
  throw Error(place + ": expected the name of a layer, found " + shown(name));
}

// One layer of "input_layers" or "output_layers".
int end_of(const json& config, const char* key, const std::unordered_map<std::string, int>& index) {
  std::vector<std::string> names;
  const std::string place = fmt::format("model: {}", key);
  try {
    collect(array_of(config, key), names);
  } catch (const Error& e) {
    throw Error(place + ": " + e.what());
  }
  if (names.size() != 1) throw Error(fmt::format("{}: expected one, found {}", place, names.size()));
  return index_of(index, names[0], place);
}

// The layers that the output needs, inputs first, and otherwise as in the file.
void put_in_order(ConfigGraph& graph, int output) {
  std::vector<bool> needed(graph.layers.size(), false);
  std::vector<int> open = {output}, missing(graph.layers.size(), 0);
  std::vector<std::vector<int>> takers(graph.layers.size());
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  size_t count = 0;
  needed[output] = true;
  while (!open.empty()) {
    const int i = open.back();
    open.pop_back();
    ++count;
    missing[i] = static_cast<int>(graph.layers[i].inputs.size());
    if (missing[i] == 0) ready.push(i);
    for (const int input : graph.layers[i].inputs) {
      takers[input].push_back(i);
      if (!needed[input]) open.push_back(input);
      needed[input] = true;
    }
  }
  while (!ready.empty()) {
    const int i = ready.top();
    ready.pop();
    graph.order.push_back(i);
    for (const int taker : takers[i]) {
      if (--missing[taker] == 0) ready.push(taker);
    }
  }
  if (graph.order.size() == count) return;
  for (size_t i = 0; i < missing.size(); ++i) {
    if (missing[i] > 0) throw Error(place_of(graph.layers[i]) + ": expected a graph without cycles, found one here");
  }
}

void read_functional(const json& config, ConfigGraph& graph) {
  read_layers(array_of(config, "layers"), graph);
  std::unordered_map<std::string, int> index;
  for (int i = 0; i < static_cast<int>(graph.layers.size()); ++i) {
    ConfigLayer& layer = graph.layers[i];
    // Nodes name layers by what stands beside the settings.
    const json* name = member(*layer.whole, "name");
    if (name != nullptr && name->is_string()) layer.name = name->get<std::string>();
    if (!index.emplace(layer.name, i).second) {
      throw Error(place_of(layer) + ": expected a name that no other layer has");
    }
  }
  for (ConfigLayer& layer : graph.layers) {
    for (const std::string& name : input_names(layer)) {
      layer.inputs.push_back(index_of(index, name, place_of(layer) + ": inbound_nodes"));
    }
  }
  graph.input = end_of(config, "input_layers", index);
  put_in_order(graph, end_of(config, "output_layers", index));
}

}  // namespace

std::string layer_place(const std::string& name, const std::string& class_name) {
  const auto plain = [](const std::string& text) {
    const std::string quoted = shown(text);
    return quoted.substr(1, quoted.rfind('"') - 1);
  };
  return fmt::format("layer '{}' ({})", plain(name), plain(class_name));
}

std::string place_of(const ConfigLayer& layer) { return layer_place(layer.name, layer.class_name); }

ConfigGraph read_graph(const json& model) {
  const json *class_name = member(model, "class_name"), *config = member(model, "config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr) {
    throw Error("model: expected Keras's class_name and config, found " + shown(model));
  }
  ConfigGraph graph;
  const Settings settings(*config);
  graph.name = settings.text({"name"}, "");
  graph.frozen = !settings.flag({"trainable"}, true);
  if (is_text(*class_name, "Sequential")) {
    read_sequential(model, graph);
  } else if (is_text(*class_name, "Model") || is_text(*class_name, "Functional")) {
    read_functional(*config, graph);
  } else {
    throw Error("model: expected a Sequential or Functional one, found " + shown(*class_name));
  }
  return graph;
}

}  // namespace fer::keras_file
