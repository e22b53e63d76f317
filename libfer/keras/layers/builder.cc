#include "keras/layers/builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"
#include "keras/config/operation.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/layer_facts.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

using nlohmann::json;

// A shape with the batch, as JSON has it; extents that are not fixed are -1.
std::vector<int64_t> extents(const json& shape) {
  if (!shape.is_array() || shape.size() < 2 || shape.size() > 4) {
    throw Error("input: expected [batch, height, width, channels], found " + shown(shape));
  }
  std::vector<int64_t> dims;
  for (size_t i = 1; i < shape.size(); ++i) {
    const bool good = shape[i].is_number_integer() && shape[i] >= 1 && shape[i] <= kMaxExtent;
    if (!good) throw Error(fmt::format("input: expected fixed extents of 1 to {}, found {}", kMaxExtent, shown(shape)));
    dims.push_back(shape[i].get<int64_t>());
  }
  return dims;
}

const json* input_shape_of(const ConfigLayer& layer) {
  return Settings(*layer.config).find({"batch_input_shape", "batch_shape"});
}

// As the model's first layer says it, or the model's own settings, or a first layer that is a model itself.
const json* input_shape_of(const ConfigGraph& graph) {
  const ConfigLayer& first = graph.layers[static_cast<size_t>(std::max(graph.input, 0))];
  for (const ConfigLayer* layer : {&first, &graph.layers.front()}) {
    if (const json* shape = input_shape_of(*layer)) return shape;
  }
  if (graph.input_shape != nullptr || !first.is_model()) return graph.input_shape;
  return input_shape_of(read_graph(*first.whole));
}

}  // namespace

const Value& Site::picture() const {
  if (!input().undecided && input().is_picture() && !input().is_sequence) return input();
  throw Error("expected an input [height, width, channels], found " + input().shape.to_string());
}

namespace {

bool is_unknown(const ConfigLayer& layer) {
  return layer.class_name != "InputLayer" && operation_of(layer).empty() && !is_known(layer.class_name);
}

[[noreturn]] void refuse_unknown(const ConfigLayer& layer) {
  throw Error(place_of(layer) + ": expected a layer that libfer has (docs/keras.md lists them), found " +
              shown(layer.class_name));
}

// A graph that cannot be read: whether one of its layers tells why.
void refuse_unknown_among(const json& model) {
  if (!model.is_object() || !model.contains("config")) return;
  const json& config = model["config"];
  const json* layers = config.is_array() ? &config : Settings(config).find({"layers"});
  for (const json& one : layers != nullptr && layers->is_array() ? *layers : json::array()) {
    if (!one.is_object() || !one.contains("config")) continue;
    const Settings settings(one);
    ConfigLayer layer{.name = Settings(one["config"]).text({"name"}, settings.text({"name"}, "")),
                      .class_name = settings.text({"class_name"}, ""),
                      .whole = &one,
                      .config = &one["config"],
                      .inputs = {}};
    if (!layer.class_name.empty() && !layer.is_model() && is_unknown(layer)) refuse_unknown(layer);
  }
}

// Throws Error on a layer that the output needs and that libfer has nothing for, before anything else about the model:
// what else is wrong with it would only lead away from that.
void check_classes(const json& model) {
  ConfigGraph graph;
  try {
    graph = read_graph(model);
  } catch (const Error&) {
    refuse_unknown_among(model);
    throw;
  }
  for (const int i : graph.order) {
    const ConfigLayer& layer = graph.layers[static_cast<size_t>(i)];
    if (layer.is_model()) {
      check_classes(*layer.whole);
    } else if (is_unknown(layer)) {
      refuse_unknown(layer);
    }
  }
}

}  // namespace

WeightedLayer Builder::build(const json& model) {
  check_classes(model);
  WeightedLayer weighted;
  weighted.is_model = true;
  const Value output = walk(model, "", false, nullptr, weighted);
  if (output.undecided || output.is_padded() || output.layer < 0)
    throw Error("model: expected layers, found none that libfer needs");
  if (output.shape.rank() != 1 || output.flattened.rank() != 0) {
    throw Error(fmt::format("model: expected an output [batch, classes], found {} without the batch",
                            output.shape.to_string()));
  }
  return weighted;
}

Value Builder::input_value(const ConfigGraph& graph) const {
  const json* shape = input_shape_of(graph);
  if (shape == nullptr) throw Error("model: expected the shape of its input, found none");
  std::vector<int64_t> dims = extents(*shape);
  if (dims.size() < 3) return {.shape = Shape(dims), .undecided = true};
  if (dialect_.channels_first) dims = {dims[1], dims[2], dims[0]};
  return {.shape = Shape(dims)};
}

Value Builder::walk(const json& model, const std::string& prefix, bool frozen, const Value* input,
                    WeightedLayer& weighted) {
  const ConfigGraph graph = read_graph(model);
  if (prefix.empty() && graph.name.size() <= kMaxNameBytes) network_.name = graph.name;
  weighted.layers.resize(graph.layers.size());
  const Value given = input != nullptr ? *input : input_value(graph);
  std::vector<Value> values(graph.layers.size());
  for (const int i : graph.order) {
    const ConfigLayer& layer = graph.layers[i];
    std::vector<Value> inputs;
    for (const int one : layer.inputs) inputs.push_back(values[one]);
    if (inputs.empty()) {
      const bool is_first = graph.input < 0 ? i == 0 : i == graph.input;
      if (!is_first) {
        throw Error(place_of(layer) + ": expected the model to have one input, " +
                    shown(graph.layers[static_cast<size_t>(std::max(graph.input, 0))].name) + ", found another here");
      }
      inputs.push_back(given);
    }
    values[i] = apply(graph, i, std::move(inputs), prefix, frozen || graph.frozen, weighted.layers[i]);
  }
  return values[graph.order.back()];
}

Value Builder::apply(const ConfigGraph& graph, int i, std::vector<Value> inputs, const std::string& prefix, bool frozen,
                     WeightedLayer& weighted) {
  const ConfigLayer& layer = graph.layers[i];
  if (layer.class_name == "InputLayer") return inputs[0];
  weighted.name = layer.name;
  weighted.place = place_of(layer);
  weighted.type = layer.class_name == "Model" ? "functional" : snake_case(layer.class_name);
  if (layer.is_model()) {
    if (inputs.size() != 1) {
      throw Error(fmt::format("{}: expected a model of one input, found {}", place_of(layer), inputs.size()));
    }
    weighted.is_model = true;
    return walk(*layer.whole, prefix + layer.name + "/", frozen, &inputs[0], weighted);
  }
  try {
    Site site = {.layer = layer,
                 .settings = Settings(*layer.config),
                 .name = prefix + layer.name,
                 .inputs = std::move(inputs),
                 .weighted = weighted};
    site.frozen = frozen || !site.settings.flag({"trainable"}, true);
    return convert(*this, site);
  } catch (const Error& e) {
    const std::string what = e.what();
    const bool advised = what.find("docs/") != what.npos;
    throw Error(place_of(layer) + ": " + what + (advised ? "" : ": docs/keras.md lists the forms that libfer reads"));
  }
}

std::string Builder::free_name(std::string name) {
  if (names_.insert(name).second) return name;
  for (int i = 1;; ++i) {
    std::string next = fmt::format("{}_{}", name, i);
    if (names_.insert(next).second) return next;
  }
}

void Builder::take_input(const Value& value) {
  if (input_taken_ && (network_.input != value.shape || !(scaled_ == value.scaled))) {
    throw Error(fmt::format("expected the model's input to be taken in one form, found {} * {} + {} and {} * {} + {}",
                            network_.input.to_string(), scaled_.scale, scaled_.shift, value.shape.to_string(),
                            value.scaled.scale, value.scaled.shift));
  }
  input_taken_ = true;
  network_.input = value.shape;
  scaled_ = value.scaled;
}

Value Builder::append(Site& site, LayerKind kind, const char* suffix, std::vector<Value> inputs) {
  if (network_.layers.size() >= kMaxLayers) {
    throw Error(fmt::format("expected at most {} layers, found more", kMaxLayers));
  }
  Layer layer = {.name = free_name(site.name + suffix), .kind = std::move(kind), .inputs = {}, .frozen = site.frozen};
  const int before = static_cast<int>(network_.layers.size()) - 1;
  std::vector<Shape> shapes;
  for (const Value& input : inputs) {
    if (input.is_padded()) {
      throw Error(
          fmt::format("expected a convolution after padding that differs between sides, found another layer after [{}]",
                      fmt::join(input.padding, ", ")));
    }
    if (input.undecided) throw Error("expected a picture, found an input of shape " + input.shape.to_string());
    if (input.layer < 0) take_input(input);
    layer.inputs.push_back(input.layer < 0 ? kInputName : network_.layers[static_cast<size_t>(input.layer)].name);
    shapes.push_back(input.shape);
    if (input.flattened != inputs[0].flattened) {
      throw Error(fmt::format("expected inputs in one order, found flattened pictures of {} and {}",
                              inputs[0].flattened.to_string(), input.flattened.to_string()));
    }
  }
  if (inputs.size() == 1 && inputs[0].layer == before) layer.inputs.clear();
  Value value = {.layer = before + 1, .flattened = inputs[0].flattened};
  value.pixels = facts_of(layer.kind).keeps_pixels &&
                 std::all_of(inputs.begin(), inputs.end(), [](const Value& x) { return x.pixels; });
  try {
    const LayerInfo info = infer_layer(layer, shapes);
    params_ += info.params;
    value.shape = info.output;
    value.is_sequence = inputs[0].is_sequence && value.is_picture();
  } catch (const Error& e) {
    // The layer's name is said by whoever calls.
    const std::string_view what = e.what();
    const std::string said = "layer '" + layer.name + "': ";
    throw Error(std::string(what.starts_with(said) ? what.substr(said.size()) : what));
  }
  if (params_ > kMaxParameters) {
    throw Error(fmt::format("expected at most {} parameters, found {}", kMaxParameters, params_));
  }
  network_.layers.push_back(std::move(layer));
  return value;
}

Value Builder::add(Site& site, LayerKind kind, const char* suffix) {
  return append(site, std::move(kind), suffix, site.inputs);
}

Value Builder::add_after(Site& site, const Value& input, LayerKind kind, const char* suffix) {
  return append(site, std::move(kind), suffix, {input});
}

void Builder::weight(Site& site, const Value& value, Role role) {
  if (!role.parameter.empty())
    role.parameter = network_.layers[static_cast<size_t>(value.layer)].name + "/" + role.parameter;
  site.weighted.roles.push_back(std::move(role));
}

void Builder::constant(const Value& value, const char* role, std::vector<float> numbers) {
  constants_.emplace_back(network_.layers[static_cast<size_t>(value.layer)].name + "/" + role, std::move(numbers));
}

Function Builder::meant(Function function) const {
  if (function.activation == Activation::kHardSigmoid && !dialect_.keras_3) function.alpha = 0.2f;
  return function;
}

Value Builder::decide(const Value& input, const Shape& picture) const {
  Value value = input;
  value.undecided = false;
  value.shape = picture;
  return value;
}

void Builder::note(const Site& site, const std::string& what) { notes_.push_back(place_of(site.layer) + ": " + what); }

void check_axis(const Builder& builder, const Site& site) {
  const json* axis = site.settings.find({"axis"});
  if (axis != nullptr && axis->is_array() && axis->size() == 1) axis = &(*axis)[0];
  const int64_t rank = static_cast<int64_t>(site.input().shape.rank()) + (site.input().is_sequence ? 0 : 1);
  const bool first = builder.dialect().channels_first && rank == 4;
  const int64_t wanted = first ? 1 : rank - 1;
  if (axis == nullptr ? !first : *axis == wanted || *axis == wanted - rank) return;
  throw Error(fmt::format("axis: expected {}, the channels', found {}", wanted, axis ? shown(*axis) : "none"));
}

}  // namespace fer::keras_file
