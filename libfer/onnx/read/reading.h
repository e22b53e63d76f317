// A graph while it is read: what is known of each of its values, and the network that comes of it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "fer/model.h"
#include "onnx/file/node.h"
#include "onnx/read/constant_math.h"
#include "onnx/read/value.h"

namespace fer::onnx_file {

inline constexpr size_t kMaxInts = 8;  // of a constant that is a shape, or axes, or the like

// With '_' for what is no printable ASCII.
std::string in_ascii(std::string text);

class Reading {
 public:
  // `file_bytes`, with what lies in files beside it, bounds the weights.
  Reading(const onnx::GraphProto& graph, int64_t opset, size_t file_bytes, ExternalData& external);

  int64_t opset() const { return opset_; }
  // Extent of the input's first axis, or 0 where it is free.
  int64_t fixed_batch() const { return fixed_batch_; }

  bool is_constant(const Node& node, int i) const { return node.has_input(i) && constants_.contains(node.input(i)); }
  Constant constant(const Node& node, int i) const;
  Constant constant_in(const onnx::TensorProto& tensor) const { return constant_of(tensor, external_); }
  // Whether each node that takes this one's output is of that kind.
  bool is_taken_by(const Node& node, const char* op) const;
  // A constant of one axis or none.
  Dims ints(const Node& node, int i) const;
  // The same where kAnyBatch may be among them.
  Dims shape(const Node& node, int i) const;

  using Half = Value::Half;
  Value value_or_half(const Node& node, int i) const;
  // Error where it is a half, unless it is this one.
  Value value(const Node& node, int i, Half half = Half::kNone) const;
  // The value with its axes decided: [n, c, h, w] unless something else was said, or the last axis alone can be that of
  // a picture's channels (1 or 3).
  Value decided(const Node& node, int i, Half half = Half::kNone) const;
  // The same of a node that takes [n, c, h, w] alone.
  Value channels_first(const Node& node, int i, Half half = Half::kNone) const;
  // The same; Error unless it is a picture with channels first.
  Value picture(const Node& node, int i, Half half = Half::kNone) const;
  // The same, and [n, k, 1, 1] too, as a picture of one pixel: where it is no pool that can give that, through a layer.
  Value picture_or_pixel(const Node& node, int i, Half half = Half::kNone);
  Value flat(const Node& node, int i) const;

  // Says what the node's first output is.
  void give(const Node& node, Value value);
  void give_constant(const Node& node, Constant constant);
  // The same of a tensor in the file, which is looked at once it is taken.
  void give_constant(const Node& node, const onnx::TensorProto& tensor);

  // Appends a layer named after the node. The result has the axes of the first input, unless it is flat now.
  Value add_layer(const Node& node, const LayerKind& kind, const std::vector<Value>& inputs);
  // The same of a layer that no node stands for, under this name or one like it.
  Value add_layer(const std::string& name, const LayerKind& kind, const std::vector<Value>& inputs);
  Layer& layer(const Value& value) { return network_.layers[static_cast<size_t>(value.layer)]; }
  bool is_last_layer(const Value& value) const { return value.layer + 1 == static_cast<int>(network_.layers.size()); }
  // Takes note of `floats` more weights; throws Error when they are beyond what such a file can have.
  void charge(int64_t floats);
  // How a layer's parameter gets its values.
  using Fill = std::function<void(std::span<float>)>;
  void fill(const Value& value, const char* role, Fill fill);

  // The network and its weights, once every needed node is read; without class names.
  Model finish();
  // What is done to the network's input: scale and shift at the graph's beginning.
  const Preprocessing& scaled() const { return scaled_; }
  // True where the graph's beginning tells that pixels of 0 to 255 go in as they are.
  bool takes_pixels() const;
  // The nodes that the output depends on, each after those whose values it takes, else as in the file.
  std::vector<int> needed_nodes() const;

 private:
  void read_input();
  void add_constants();
  void count_readers();
  void refuse_known(const std::string& name) const;
  std::string layer_name(std::string base);
  Value output_value();
  void take_input(const Value& value);
  void note_beginning(const LayerKind& kind, const Value& input);

  const onnx::GraphProto& graph_;
  const int64_t opset_;
  int64_t fixed_batch_ = 0;
  const int64_t file_bytes_;
  ExternalData& external_;
  int64_t floats_used_ = 0;
  // (A tensor that is no floats as they are wanted is replaced by what was made of it when it is first asked for.)
  mutable std::unordered_map<std::string, std::variant<const onnx::TensorProto*, Constant>> constants_;
  int64_t computed_bytes_ = 0;
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<std::string, int> readers_;
  std::unordered_map<std::string, std::string> reading_op_;  // of all who read it; empty where they differ
  std::unordered_set<std::string> names_ = {"input"};        // of layers
  std::unordered_map<std::string, int> tries_;               // to find a free name for one that is taken
  Network network_;
  std::map<std::string, Fill> fills_;
  bool input_taken_ = false;
  Preprocessing scaled_ = {1, 0};
  bool bytes_in_ = false;
  std::optional<Preprocessing> beginning_;  // of the first channel, before the first layer that learned
};

}  // namespace fer::onnx_file
