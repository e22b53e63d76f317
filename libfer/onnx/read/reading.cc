#include "onnx/read/reading.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fer/error.h"
#include "network/infer_layer.h"
#include "network/json_text.h"
#include "network/layer_facts.h"
#include "network/limits.h"
#include "onnx/read/operators.h"

namespace fer::onnx_file {
namespace {

constexpr int64_t kFloatsBeside = int64_t{1} << 24;  // weights that a file may have twice: 64 MiB
constexpr size_t kMaxBaseNameBytes = 100;

int64_t extent_of(const onnx::TensorShapeProto_Dimension& dim) {
  return dim.value_case() == onnx::TensorShapeProto_Dimension::kDimValue ? dim.dim_value() : -1;
}

// For an undecided input: pictures have 1 channel or 3, and more than one row and column.
bool only_the_last_can_be_channels(const Shape& shape) {
  const auto colours = [](int64_t channels) { return channels == 1 || channels == 3; };
  return colours(shape[2]) && !colours(shape[0]) && shape[0] > 1 && shape[1] > 1;
}

}  // namespace

std::string in_ascii(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c == 0x7f) c = '_';  // also every byte from 0x80 on, which is negative
  }
  return text;
}

Reading::Reading(const onnx::GraphProto& graph, int64_t opset, size_t file_bytes, ExternalData& external)
    : graph_(graph), opset_(opset), file_bytes_(static_cast<int64_t>(file_bytes)), external_(external) {
  add_constants();
  read_input();
  count_readers();
}

void Reading::refuse_known(const std::string& name) const {
  if (!constants_.contains(name) && !values_.contains(name)) return;
  throw Error("expected each value to be given once, found " + shown(name) + " twice");
}

void Reading::add_constants() {
  for (const onnx::TensorProto& tensor : graph_.initializer()) {
    refuse_known(tensor.name());
    constants_[tensor.name()] = &tensor;
  }
}

void Reading::read_input() {
  const onnx::ValueInfoProto* input = nullptr;
  int inputs = 0;
  for (const onnx::ValueInfoProto& info : graph_.input()) {
    // (Constants were inputs too in files of IR version 3.)
    if (constants_.contains(info.name())) continue;
    input = &info;
    ++inputs;
  }
  if (inputs != 1) throw Error(fmt::format("expected a graph with one input, found {}", inputs));
  const onnx::TypeProto_Tensor& type = input->type().tensor_type();
  const std::string place = "input " + shown(input->name());
  if (!is_type_of_floats(type.elem_type()) && type.elem_type() != onnx::TensorProto::UINT8) {
    throw Error(fmt::format("{}: expected floats or bytes, found type {}", place, type.elem_type()));
  }
  const int rank = type.shape().dim_size();
  if (rank < 2 || rank > 4) throw Error(fmt::format("{}: expected a batch of pictures, found {} axes", place, rank));
  std::vector<int64_t> dims;
  for (const auto& dim : type.shape().dim()) dims.push_back(extent_of(dim));
  fixed_batch_ = std::max<int64_t>(dims[0], 0);
  dims.erase(dims.begin());
  for (const int64_t dim : dims) {
    if (dim < 1 || dim > kMaxExtent) {
      throw Error(fmt::format("{}: expected fixed extents of 1 to {} after the batch, found {}", place, kMaxExtent,
                              dim < 1 ? "one that is not fixed" : std::to_string(dim)));
    }
  }
  Value value;
  value.shape = Shape(dims);
  value.rank = dims.size() + 1;
  if (product_within({dims[0], rank > 2 ? dims[1] : 1, rank > 3 ? dims[2] : 1}, kMaxActivations) < 0) {
    throw Error(fmt::format("{}: expected at most {} values", place, kMaxActivations));
  }
  values_[input->name()] = value;
  bytes_in_ = type.elem_type() == onnx::TensorProto::UINT8;
}

void Reading::count_readers() {
  for (const onnx::NodeProto& node : graph_.node()) {
    for (const std::string& input : node.input()) {
      ++readers_[input];
      const auto [entry, first] = reading_op_.emplace(input, node.op_type());
      if (!first && entry->second != node.op_type()) entry->second.clear();
    }
  }
  for (const onnx::ValueInfoProto& output : graph_.output()) ++readers_[output.name()];
  for (auto& [name, value] : values_) value.shared = readers_[name] > 1;
}

bool Reading::is_taken_by(const Node& node, const char* op) const {
  const auto found = reading_op_.find(node.proto().output(0));
  return found != reading_op_.end() && found->second == op;
}

Constant Reading::constant(const Node& node, int i) const {
  const auto found = constants_.find(node.input(i));
  if (found == constants_.end()) {
    throw Error("expected a constant that an earlier node or an initializer gives, found " + shown(node.input(i)));
  }
  const auto* const* tensor = std::get_if<const onnx::TensorProto*>(&found->second);
  if (tensor == nullptr) return std::get<Constant>(found->second);
  Constant constant = constant_in(**tensor);
  if (!is_in_place(**tensor)) found->second = constant;
  return constant;
}

Dims Reading::shape(const Node& node, int i) const {
  const Constant found = constant(node, i);
  if (found.real || found.dims.size() > 1 || found.size() > static_cast<int64_t>(kMaxInts)) {
    throw Error(fmt::format("input {}: expected up to {} whole numbers, found {} of shape {}", i + 1, kMaxInts,
                            found.real ? "floats" : "more", shown_dims(found.dims)));
  }
  return found.ints();
}

Dims Reading::ints(const Node& node, int i) const {
  Dims found = shape(node, i);
  if (std::find(found.begin(), found.end(), kAnyBatch) == found.end()) return found;
  throw Error(fmt::format("input {}: expected numbers without the batch, found {}", i + 1, shown_dims(found)));
}

Value Reading::value_or_half(const Node& node, int i) const {
  const auto found = values_.find(node.input(i));
  if (found != values_.end()) return found->second;
  const char* kind = constants_.contains(node.input(i)) ? ", a constant" : "";
  throw Error("expected a value that an earlier node computes, found " + shown(node.input(i)) + kind);
}

Value Reading::value(const Node& node, int i, Half half) const {
  Value x = value_or_half(node, i);
  if (x.half == Half::kNone || x.half == half) return x;
  throw Error(fmt::format("{}, found another use of {}", other_half(x.half), shown(node.input(i))));
}

Value Reading::decided(const Node& node, int i, Half half) const {
  Value x = value(node, i, half);
  const bool last = x.axes == Value::Axes::kUndecided && x.rank == 4 && only_the_last_can_be_channels(x.shape);
  if (!last) return channels_first(node, i, half);
  x.axes = Value::Axes::kChannelsLast;
  return x;
}

Value Reading::channels_first(const Node& node, int i, Half half) const {
  Value x = value(node, i, half);
  if (x.axes != Value::Axes::kUndecided) return x;
  if (x.rank != 4) {
    throw Error(
        fmt::format("expected the graph's input to be pictures, [batch, channels, height, width], found {} of "
                    "shape {}: libfer reads networks of pictures alone",
                    x.rank == 2 ? "vectors" : "others", x.shape.to_string()));
  }
  x.axes = Value::Axes::kChannelsFirst;
  x.shape = {x.shape[1], x.shape[2], x.shape[0]};
  return x;
}

Value Reading::picture(const Node& node, int i, Half half) const {
  Value x = channels_first(node, i, half);
  if (x.axes == Value::Axes::kChannelsFirst) return x;
  throw Error(fmt::format("input {}: expected [n, c, h, w], found {}", i + 1, x.is_flat() ? "[n, k]" : "[n, h, w, c]"));
}

Value Reading::picture_or_pixel(const Node& node, int i, Half half) {
  Value x = channels_first(node, i, half);
  if (!x.is_flat() || x.rank != 4 || x.flattened.rank() != 0 || x.layer < 0) return picture(node, i, half);
  const Shape pixel = {1, 1, x.shape[0]};
  LayerKind& kind = layer(x).kind;
  auto* average = std::get_if<GlobalAveragePool2D>(&kind);
  auto* max = std::get_if<GlobalMaxPool2D>(&kind);
  if ((average != nullptr || max != nullptr) && !x.shared) {
    (average != nullptr ? average->keepdims : max->keepdims) = true;
    x.shape = pixel;
  } else {
    x = add_layer(node, Reshape{pixel}, {x});
  }
  x.axes = Value::Axes::kChannelsFirst;
  return x;
}

Value Reading::flat(const Node& node, int i) const {
  Value x = decided(node, i);
  if (x.is_flat() && x.rank == 2) return x;
  throw Error(fmt::format("input {}: expected [n, k], after a flatten, found {} axes", i + 1, x.rank));
}

void Reading::give(const Node& node, Value value) {
  const std::string& name = node.proto().output(0);
  refuse_known(name);
  value.shared = value.shared || readers_[name] > 1;
  values_[name] = std::move(value);
}

void Reading::give_constant(const Node& node, Constant constant) {
  refuse_known(node.proto().output(0));
  if (constant.owned.use_count() == 1) computed_bytes_ += static_cast<int64_t>(constant.bytes.size());
  if (computed_bytes_ > kMaxComputedBytes) {
    throw Error(fmt::format("expected at most {} bytes of constants that nodes compute, found {}", kMaxComputedBytes,
                            computed_bytes_));
  }
  constants_[node.proto().output(0)] = std::move(constant);
}

void Reading::give_constant(const Node& node, const onnx::TensorProto& tensor) {
  refuse_known(node.proto().output(0));
  constants_[node.proto().output(0)] = &tensor;
}

// In ASCII and unlike every other.
std::string Reading::layer_name(std::string base) {
  base.resize(std::min(base.size(), kMaxBaseNameBytes));
  base = base.empty() ? "layer" : in_ascii(std::move(base));
  std::string name = base;
  for (int& i = tries_[base]; !names_.insert(name).second;) name = base + "_" + std::to_string(++i + 1);
  return name;
}

void Reading::take_input(const Value& value) {
  const Shape& shape = value.shape;
  if (input_taken_ && (network_.input != shape || !(scaled_ == value.scaled))) {
    throw Error(
        fmt::format("expected the graph's input to be taken in one form, found [{}] * {} + {} and [{}] * {} + {}",
                    fmt::join(network_.input.dims(), ", "), scaled_.scale, scaled_.shift, fmt::join(shape.dims(), ", "),
                    value.scaled.scale, value.scaled.shift));
  }
  input_taken_ = true;
  network_.input = shape;
  scaled_ = value.scaled;
}

void Reading::note_beginning(const LayerKind& kind, const Value& input) {
  const Preprocessing nothing = {1, 0};
  if (!input.first_channel || std::holds_alternative<BatchNorm>(kind) || facts_of(kind).moves_values) return;
  if (!beginning_ || *beginning_ == nothing) beginning_ = input.first_channel;
}

bool Reading::takes_pixels() const { return bytes_in_ || (beginning_ && onnx_file::takes_pixels(*beginning_)); }

// (Named after the node, or else its output.)
Value Reading::add_layer(const Node& node, const LayerKind& kind, const std::vector<Value>& inputs) {
  return add_layer(node.proto().name().empty() ? node.proto().output(0) : node.proto().name(), kind, inputs);
}

Value Reading::add_layer(const std::string& name, const LayerKind& kind, const std::vector<Value>& inputs) {
  if (network_.layers.size() >= kMaxLayers)
    throw Error(fmt::format("expected at most {} layers, found more", kMaxLayers));
  Layer layer{.name = layer_name(name), .kind = kind, .inputs = {}};
  std::vector<Shape> shapes;
  const int before = static_cast<int>(network_.layers.size()) - 1;
  for (const Value& input : inputs) {
    if (input.layer < 0) take_input(input);
    note_beginning(kind, input);
    layer.inputs.push_back(input.layer < 0 ? kInputName : this->layer(input).name);
    shapes.push_back(input.shape);
  }
  if (inputs.size() == 1 && inputs[0].layer == before) layer.inputs.clear();
  const LayerInfo info = infer_layer(layer, shapes);
  charge(info.params);
  network_.layers.push_back(std::move(layer));
  Value output = inputs[0];
  output.layer = before + 1;
  output.shape = info.output;
  output.shared = false;
  output.half = Half::kNone;
  output.numbers.clear();
  if (!facts_of(kind).moves_values) output.first_channel.reset();
  if (info.output.rank() == 1) output.axes = Value::Axes::kFlat;
  return output;
}

void Reading::charge(int64_t floats) {
  floats_used_ += floats;
  // (Two bytes each where they are halves.)
  const int64_t held = (file_bytes_ + external_.file_bytes()) / static_cast<int64_t>(sizeof(uint16_t));
  if (floats_used_ <= held + kFloatsBeside) return;
  throw Error("expected no more weights than the file holds, found the same ones too often");
}

void Reading::fill(const Value& value, const char* role, Fill fill) {
  fills_[this->layer(value).name + "/" + role] = std::move(fill);
}

}  // namespace fer::onnx_file
