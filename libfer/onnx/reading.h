// A graph while it is read: what is known of each of its values, and the network that comes of it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fer/model.h"
#include "onnx/constant.h"
#include "onnx/node.h"

namespace fer::onnx_file {

// What the graph computes from its input, in libfer's terms.
struct Value {
  enum class Axes {
    kUndecided,      // the graph's input, until something tells which axis has the channels
    kChannelsFirst,  // [n, c, h, w]
    kChannelsLast,   // [n, h, w, c]
    kFlat            // [n, k], or [n, k, 1, 1] after a global pool
  };
  Axes axes = Axes::kUndecided;
  int layer = -1;        // that gives it, or -1 for the network's input
  Shape shape = {};      // libfer's: [h, w, c] or [k]; of an undecided one the file's without the batch
  size_t rank = 4;       // in the file, with the batch
  Shape flattened = {};  // [h, w, c] of the picture that lies flat in the file's order [c, h, w]; else of rank 0
  Preprocessing scaled = {1, 0};  // of the graph's input: what was done to it
  bool shared = false;            // more than one node takes it

  bool is_picture() const { return axes == Axes::kChannelsFirst || axes == Axes::kChannelsLast; }
  bool is_flat() const { return axes == Axes::kFlat; }
};

// A value's extents in the file, without the batch.
std::vector<int64_t> file_dims(const Value& x);

// Where element i of a flat value lies in the file's order (see Value::flattened).
int64_t file_index(const Shape& flattened, int64_t i);

inline constexpr size_t kMaxInts = 8;  // of a constant that is a shape, or axes, or the like

// With '_' for what is no printable ASCII.
std::string in_ascii(std::string text);

class Reading {
 public:
  // `file_bytes` bounds the weights.
  Reading(const onnx::GraphProto& graph, int64_t opset, size_t file_bytes);

  int64_t opset() const { return opset_; }
  // Extent of the input's first axis, or 0 where it is free.
  int64_t fixed_batch() const { return fixed_batch_; }

  bool is_constant(const Node& node, int i) const { return node.has_input(i) && constants_.contains(node.input(i)); }
  const onnx::TensorProto& tensor(const Node& node, int i) const;
  Constant constant(const Node& node, int i) const { return constant_of(tensor(node, i)); }
  std::vector<int64_t> ints(const Node& node, int i) const;
  Value value(const Node& node, int i) const;
  // The value with its axes decided: [n, c, h, w] unless something else was said.
  Value decided(const Node& node, int i) const;
  // The same; Error unless it is a picture with channels first, or is flat.
  Value picture(const Node& node, int i) const;
  // The same, and [n, k, 1, 1] too, as a picture of one pixel: where it is no pool that can give that, through a layer.
  Value picture_or_pixel(const Node& node, int i);
  Value flat(const Node& node, int i) const;

  // Says what the node's first output is.
  void give(const Node& node, Value value);
  void give_constant(const Node& node, onnx::TensorProto tensor);
  // The same of one that stays where it is.
  void give_constant(const Node& node, const onnx::TensorProto* tensor);

  // Appends a layer named after the node. The result has the axes of the first input, unless it is flat now.
  Value add_layer(const Node& node, LayerKind kind, std::vector<Value> inputs);
  Layer& layer(const Value& value) { return network_.layers[static_cast<size_t>(value.layer)]; }
  bool is_last_layer(const Value& value) const { return value.layer + 1 == static_cast<int>(network_.layers.size()); }
  // Takes note of `floats` more weights; throws Error when they are beyond what such a file can have.
  void charge(int64_t floats);
  // How a layer's parameter gets its values.
  using Fill = std::function<void(std::span<float>)>;
  void fill(const Value& value, const char* role, Fill fill);

  // The network and its weights, once every needed node is read.
  Model finish(std::vector<std::string> class_names);
  // Of what the network takes: scale and shift at the graph's beginning.
  const Preprocessing& scaled() const { return scaled_; }
  // The nodes that the output depends on, in the order of the file.
  std::vector<int> needed_nodes() const;

 private:
  void read_input();
  void add_constants();
  void count_readers();
  void refuse_known(const std::string& name) const;
  std::string layer_name(const Node& node);
  void take_input(const Value& value);

  const onnx::GraphProto& graph_;
  const int64_t opset_;
  int64_t fixed_batch_ = 0;
  int64_t floats_left_;
  std::unordered_map<std::string, const onnx::TensorProto*> constants_;
  std::vector<std::unique_ptr<onnx::TensorProto>> made_;
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<std::string, int> readers_;
  std::unordered_set<std::string> names_ = {"input"};  // of layers
  std::unordered_map<std::string, int> tries_;         // to find a free name for one that is taken
  Network network_;
  std::map<std::string, Fill> fills_;
  bool input_taken_ = false;
  Preprocessing scaled_ = {1, 0};
};

}  // namespace fer::onnx_file
