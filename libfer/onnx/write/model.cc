#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/atomic_file.h"
#include "core/json_value.h"
#include "fer/error.h"
#include "fer/onnx.h"
#include "fer/version.h"
#include "io/preprocessing.h"
#include "network/json_text.h"
#include "network/outputs.h"
#include "onnx/model_bytes.h"
#include "onnx/write/layers.h"

namespace fer {
namespace onnx_file {
namespace {

using core::JsonValue;

constexpr int64_t kMaxBytes = int64_t{1} << 31;     // of a protocol buffer
constexpr int64_t kBytesBeside = int64_t{1} << 24;  // what is no weight: names, nodes, metadata

// The format's own version, as the first ONNX with this opset wrote it: readers of that time refuse later ones.
int ir_version(int opset) { return opset < 10 ? 4 : opset < 11 ? 5 : opset < 12 ? 6 : 7; }

bool has_layer_that_resizes(const Network& network) {
  return std::any_of(network.layers.begin(), network.layers.end(),
                     [](const Layer& layer) { return std::holds_alternative<Resize>(layer.kind); });
}

bool has_relu6(const Network& network) {
  return std::any_of(network.layers.begin(), network.layers.end(), [](const Layer& layer) {
    const Activation* function = activation_of(layer.kind);
    return function != nullptr && *function == Activation::kRelu6;
  });
}

// Where none is asked for: 13, but for relu6 the newest whose Clip has its bounds as attributes, which is the only form
// that OpenCV 4.6 reads.
int opset_of(const Network& network, const OnnxWriteOptions& options) {
  if (options.opset != 0) return options.opset;
  return has_relu6(network) && !has_layer_that_resizes(network) ? 10 : 13;
}

void check_options(const Model& model, const OnnxWriteOptions& options) {
  if (options.opset != 0 && (options.opset < kOldestWrittenOnnxOpset || options.opset > kNewestWrittenOnnxOpset)) {
    throw Error(fmt::format("opset: expected {} to {}, found {}", kOldestWrittenOnnxOpset, kNewestWrittenOnnxOpset,
                            options.opset));
  }
  if (!model.int8.empty()) {
    throw Error(
        "expected a model in floats, found one with layers in 8-bit integers: write the model that it was made of");
  }
  if (model.temperature != 1 && ends_in_sigmoids(model.network)) {
    throw Error("temperature: expected none with a network that ends in sigmoids");
  }
  io::check_preprocessing(model.preprocessing);
  if (model.preprocessing.equalize && options.pixels_in) {
    throw Error(
        "preprocessing: equalize: expected a model without histogram equalisation, for which ONNX has no operator; "
        "with --preprocessed (pixels_in = false) whoever runs the graph equalises the pictures");
  }
}

void check_size(const Model& model) {
  const int64_t floats = parameter_layout(model.network).total_floats;
  if (static_cast<int64_t>(model.weights.values.size()) != floats) {
    throw Error(
        fmt::format("weights: expected {} floats for this network, found {}", floats, model.weights.values.size()));
  }
  if (floats > (kMaxBytes - kBytesBeside) / static_cast<int64_t>(sizeof(float))) {
    throw Error(fmt::format("expected at most 2 GiB, which is all that an ONNX file holds, found {} bytes of weights",
                            floats * static_cast<int64_t>(sizeof(float))));
  }
}

void declare(onnx::ValueInfoProto& value, const char* name, const Ints& dims) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
}

std::string mean_of_picture(const char* name, const std::string& value, GraphWriter& graph) {
  const Ints axes = {1, 2, 3};
  std::vector<std::string> inputs = {value};
  if (graph.opset() >= 18) inputs.push_back(graph.ints(std::string(name) + "_axes", axes));
  onnx::NodeProto& mean = graph.node("ReduceMean", name, inputs);
  if (graph.opset() < 18) set_attribute(mean, "axes", axes);
  set_attribute(mean, "keepdims", int64_t{1});
  return mean.output(0);
}

// (x - mean) / max(deviation, 1 / sqrt(n)), of each picture by itself.
std::string write_standardization(const Network& network, const std::string& value, GraphWriter& graph) {
  const float floor = 1 / std::sqrt(static_cast<float>(network.input.elements()));
  const std::string mean = mean_of_picture("picture_mean", value, graph);
  const std::string centred = graph.node("Sub", "centred_picture", {value, mean}).output(0);
  const std::string squares = graph.node("Mul", "squared_picture", {centred, centred}).output(0);
  const std::string variance = mean_of_picture("picture_variance", squares, graph);
  const std::string deviation = graph.node("Sqrt", "picture_deviation", {variance}).output(0);
  const std::string least = graph.floats("least_deviation", {}, {&floor, 1});
  const std::string divisor = graph.node("Max", "picture_divisor", {deviation, least}).output(0);
  return graph.node("Div", "standardized_picture", {centred, divisor}).output(0);
}

std::string write_preprocessing(const Model& model, std::string value, GraphWriter& graph) {
  const Preprocessing& preprocessing = model.preprocessing;
  if (preprocessing.standardize == Standardization::kPicture) {
    value = write_standardization(model.network, value, graph);
  }
  if (preprocessing.scale != 1) {
    const std::string scale = graph.floats("pixel_scale", {}, {&preprocessing.scale, 1});
    value = graph.node("Mul", "scaled_pixels", {value, scale}).output(0);
  }
  if (preprocessing.shift != 0) {
    const std::string shift = graph.floats("pixel_shift", {}, {&preprocessing.shift, 1});
    value = graph.node("Add", "shifted_pixels", {value, shift}).output(0);
  }
  return value;
}

// Puts a division by the temperature before the softmax that is the last node.
void write_temperature(double temperature, GraphWriter& graph, onnx::GraphProto& proto) {
  const auto number = static_cast<float>(temperature);
  const std::string logits = proto.node(proto.node_size() - 1).input(0);
  const std::string divided =
      graph.node("Div", "tempered", {logits, graph.floats("temperature", {}, {&number, 1})}).output(0);
  proto.mutable_node()->SwapElements(proto.node_size() - 2, proto.node_size() - 1);
  proto.mutable_node(proto.node_size() - 1)->set_input(0, divided);
}

void write_graph(const Model& model, const OnnxWriteOptions& options, onnx::GraphProto& proto) {
  const Shape& in = model.network.input;
  const bool channels_last = options.input_layout == OnnxLayout::kChannelsLast;
  proto.set_name(model.network.name.empty() ? "network" : model.network.name);
  declare(*proto.add_input(), kInput, channels_last ? Ints{in[0], in[1], in[2]} : Ints{in[2], in[0], in[1]});
  declare(*proto.add_output(), kOutput, {class_count(model.network)});

  GraphWriter graph(proto, {kInput, kOutput}, opset_of(model.network, options));
  std::string value = kInput;
  if (options.pixels_in) value = write_preprocessing(model, value, graph);
  if (channels_last) {
    onnx::NodeProto& transpose = graph.node("Transpose", "channels_first", {value});
    set_attribute(transpose, "perm", Ints{0, 3, 1, 2});
    value = transpose.output(0);
  }
  value = write_layers(model, options.fold_batch_norm, value, graph);
  if (!gives_probabilities(model.network)) {
    set_attribute(graph.node("Softmax", "softmax", {value}), "axis", int64_t{1});
  }
  if (model.temperature != 1) write_temperature(model.temperature, graph, proto);
  // (The last node is that softmax or the network's own.)
  proto.mutable_node(proto.node_size() - 1)->set_output(0, kOutput);
}

void add_metadata(onnx::ModelProto& proto, const char* key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *proto.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void write_metadata(const Model& model, const OnnxWriteOptions& options, onnx::ModelProto& proto) {
  add_metadata(proto, kFerVersion, version());
  add_metadata(proto, kClassNames, JsonValue(model.network.class_names).one_line());
  if (const PictureSize& resize = model.preprocessing.resize; resize.given()) {
    add_metadata(proto, kResize, JsonValue::array({resize.height, resize.width}).one_line());
  }
  if (options.pixels_in) return;
  JsonValue preprocessing = io::preprocessing_to_json(model.preprocessing);
  preprocessing.erase(kResize);
  add_metadata(proto, kPreprocessing, preprocessing.one_line());
}

}  // namespace

std::string model_bytes(const Model& model, const OnnxWriteOptions& options) {
  check_options(model, options);
  check_size(model);
  // (Messages outside an arena leak what they were about to hold when memory ends.)
  google::protobuf::Arena arena;
  auto& proto = *google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  auto& ending = *google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  const int version_of_operators = opset_of(model.network, options);
  proto.set_ir_version(ir_version(version_of_operators));
  proto.set_producer_name("libfer");
  proto.set_producer_version(version());
  write_graph(model, options, *proto.mutable_graph());
  write_metadata(model, options, proto);
  // The opset comes last, so that a file cut short anywhere lacks it, or more. (Two protocol buffers in a row are one
  // with the fields of both.)
  onnx::OperatorSetIdProto& opset = *ending.add_opset_import();
  opset.set_domain("");
  opset.set_version(version_of_operators);
  const size_t size = proto.ByteSizeLong() + ending.ByteSizeLong();
  if (size > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw Error(fmt::format("expected at most 2 GiB, which is all that an ONNX file holds, found {} bytes", size));
  }
  std::string bytes = proto.SerializeAsString();
  ending.AppendToString(&bytes);
  return bytes;
}

}  // namespace onnx_file

bool has_onnx() { return true; }

void write_onnx(const Model& model, const std::string& path, const OnnxWriteOptions& options) {
  std::string bytes;
  try {
    bytes = onnx_file::model_bytes(model, options);
  } catch (const Error& e) {
    throw Error(path + ": " + e.what());
  }
  core::write_file_atomically(path, bytes);
}

}  // namespace fer
