#include "onnx/write/layers.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "fer/error.h"
#include "network/geometry.h"
#include "onnx/write/activations.h"
#include "onnx/write/folding.h"
#include "onnx/write/windows.h"

namespace fer::onnx_file {
namespace {

// [kh, kw, ci, co] to [co, ci, kh, kw].
std::vector<float> filters_first(std::span<const float> kernel, int64_t cells, int64_t ci, int64_t co) {
  std::vector<float> out(kernel.size());
  for (int64_t cell = 0; cell < cells; ++cell) {
    for (int64_t i = 0; i < ci; ++i) {
      for (int64_t o = 0; o < co; ++o) out[(o * ci + i) * cells + cell] = kernel[(cell * ci + i) * co + o];
    }
  }
  return out;
}

// The float s nearest out / in with floor(in * s) = out, as ONNX computes the size of what it resizes.
float resize_scale(int64_t in, int64_t out) {
  float scale = static_cast<float>(out) / static_cast<float>(in);
  while (std::floor(static_cast<float>(in) * scale) < static_cast<float>(out)) {
    scale = std::nextafter(scale, std::numeric_limits<float>::max());
  }
  return scale;
}

class LayerWriter {
 public:
  LayerWriter(const Model& model, bool fold_batch_norm, GraphWriter& graph)
      : network_(model.network), infos_(infer(model.network)), parameters_(model.weights), graph_(graph) {
    norms_ = fold_batch_norm ? foldable_norms(network_, infos_) : std::vector<int>(infos_.size(), -1);
  }

  std::string write(const std::string& input) {
    std::vector<std::string> values(infos_.size());
    for (size_t i = 0; i < infos_.size(); ++i) {
      inputs_.clear();
      for (const int from : infos_[i].inputs) inputs_.push_back(from < 0 ? input : values[static_cast<size_t>(from)]);
      const int from = infos_[i].inputs[0];
      shape_ = from < 0 ? network_.input : infos_[static_cast<size_t>(from)].output;
      layer_ = &network_.layers[i];
      info_ = &infos_[i];
      norm_ = norms_[i] < 0 ? nullptr : &network_.layers[static_cast<size_t>(norms_[i])];
      folded_ = from >= 0 && norms_[static_cast<size_t>(from)] == static_cast<int>(i);
      values[i] = std::visit(*this, layer_->kind);
    }
    return values.back();
  }

  std::string operator()(const Conv2D& l) {
    const Weighted w = weights(l.bias);
    const int64_t cells = l.kernel[0] * l.kernel[1], channels = shape_[2] / l.groups;
    const std::vector<float> kernel = filters_first(w.kernel, cells, channels, l.filters);
    std::vector<std::string> inputs = {inputs_[0]};
    inputs.push_back(graph_.floats(named("kernel"), {l.filters, channels, l.kernel[0], l.kernel[1]}, kernel));
    if (!w.bias.empty()) inputs.push_back(graph_.floats(named("bias"), {l.filters}, w.bias));
    onnx::NodeProto& node = graph_.node("Conv", layer_->name, inputs);
    set_convolution(node, {shape_, l.kernel, l.strides, l.padding, l.dilation}, l.groups);
    return activated(node.output(0), l.activation, l.alpha);
  }

  std::string operator()(const DepthwiseConv2D& l) {
    const Weighted w = weights(l.bias);
    return activated(depthwise(l, layer_->name, "kernel", w.kernel, w.bias), l.activation, l.alpha);
  }

  std::string operator()(const SeparableConv2D& l) {
    const Weighted w = weights(l.bias, "pointwise_kernel");
    const int64_t channels = shape_[2] * l.depth_multiplier;
    const std::string between =
        depthwise(l, named("depthwise"), "depthwise_kernel", parameters_.of(*layer_, "depthwise_kernel"), {});
    std::vector<std::string> inputs = {between};
    inputs.push_back(graph_.floats(named("pointwise_kernel"), {l.filters, channels, 1, 1},
                                   filters_first(w.kernel, 1, channels, l.filters)));
    if (!w.bias.empty()) inputs.push_back(graph_.floats(named("bias"), {l.filters}, w.bias));
    onnx::NodeProto& node = graph_.node("Conv", layer_->name, inputs);
    set_convolution(node, {shape_, {1, 1}, {1, 1}, Padding::valid()});
    return activated(node.output(0), l.activation, l.alpha);
  }

  std::string operator()(const Dense& l) {
    const Weighted w = weights(l.bias);
    // (OpenCV 4.6 takes a kernel [units, inputs] alone.)
    const std::vector<float> kernel = filters_first(w.kernel, 1, shape_[0], l.units);
    std::vector<std::string> inputs = {inputs_[0], graph_.floats(named("kernel"), {l.units, shape_[0]}, kernel)};
    if (!w.bias.empty()) inputs.push_back(graph_.floats(named("bias"), {l.units}, w.bias));
    onnx::NodeProto& node = graph_.node("Gemm", layer_->name, inputs);
    set_attribute(node, "alpha", 1.0f);
    set_attribute(node, "beta", 1.0f);
    set_attribute(node, "transA", int64_t{0});
    set_attribute(node, "transB", int64_t{1});
    return activated(node.output(0), l.activation, l.alpha);
  }

  std::string operator()(const BatchNorm& l) {
    if (folded_) return inputs_[0];
    std::vector<std::string> inputs = {inputs_[0]};
    for (const char* role : {"gamma", "beta", "moving_mean", "moving_variance"}) {
      const auto values = parameters_.of(*layer_, role);
      inputs.push_back(graph_.floats(named(role), {static_cast<int64_t>(values.size())}, values));
    }
    onnx::NodeProto& node = graph_.node("BatchNormalization", layer_->name, inputs);
    set_attribute(node, "epsilon", l.epsilon);
    set_attribute(node, "momentum", l.momentum);
    if (graph_.opset() >= 14) set_attribute(node, "training_mode", int64_t{0});
    return node.output(0);
  }

  std::string operator()(const ActivationLayer& l) { return write_activation(graph_, inputs_[0], l, layer_->name); }

  std::string operator()(const PRelu& l) {
    const std::span<const float> alpha = parameters_.of(*layer_, "alpha");
    const auto count = static_cast<int64_t>(alpha.size());
    const bool flat = shape_.rank() == 1, one_a_value = !flat && !l.shared;
    const Ints dims = flat ? Ints{count} : l.shared ? Ints{count, 1, 1} : Ints{shape_[2], shape_[0], shape_[1]};
    const std::vector<float> first = filters_first(alpha, one_a_value ? shape_[0] * shape_[1] : 1, 1, dims[0]);
    return graph_.node("PRelu", layer_->name, {inputs_[0], graph_.floats(named("alpha"), dims, first)}).output(0);
  }

  std::string operator()(const MaxPool2D& l) {
    onnx::NodeProto& node = graph_.node("MaxPool", layer_->name, inputs_);
    set_max_pool(node, window_of(l), graph_.opset());
    return node.output(0);
  }
  std::string operator()(const AveragePool2D& l) {
    onnx::NodeProto& node = graph_.node("AveragePool", layer_->name, inputs_);
    set_average_pool(node, window_of(l), graph_.opset());
    return node.output(0);
  }

  std::string operator()(const GlobalAveragePool2D& l) { return global_pool("GlobalAveragePool", l.keepdims); }
  std::string operator()(const GlobalMaxPool2D& l) { return global_pool("GlobalMaxPool", l.keepdims); }

  std::string operator()(const Dropout&) { return inputs_[0]; }

  std::string operator()(const Flatten&) { return shape_.rank() == 1 ? inputs_[0] : flattened(channels_last()); }

  std::string operator()(const Reshape& l) {
    if (l.shape == shape_) return inputs_[0];
    const std::string from = shape_.rank() == 1 ? inputs_[0] : channels_last();
    if (l.shape.rank() == 1) return flattened(from);
    const Shape& to = l.shape;
    onnx::NodeProto& transpose =
        graph_.node("Transpose", named("channels_first"), {reshaped(from, layer_->name, {0, to[0], to[1], to[2]})});
    set_attribute(transpose, "perm", Ints{0, 3, 1, 2});
    return transpose.output(0);
  }

  std::string operator()(const Add&) {
    return graph_.node(inputs_.size() == 2 ? "Add" : "Sum", layer_->name, inputs_).output(0);
  }

  std::string operator()(const Multiply&) {
    const Shape& full = info_->output;
    std::vector<std::string> factors;
    for (size_t k = 0; k < inputs_.size(); ++k) {
      const Shape& shape = shape_of_input(k);
      // [n, c] beside [n, c, h, w] becomes [n, c, 1, 1].
      const bool spread = full.rank() == 3 && shape.rank() == 1;
      std::string factor = spread ? reshaped(inputs_[k], named("gate"), {0, full[2], 1, 1}) : inputs_[k];
      if (shape.elements() != full.elements()) factor = repeated(factor, named("repeated"), {full[0], full[1]});
      factors.push_back(std::move(factor));
    }
    std::string product = factors[0];
    for (size_t k = 1; k < factors.size(); ++k)
      product = graph_.node("Mul", layer_->name, {product, factors[k]}).output(0);
    return product;
  }

  std::string operator()(const Concat&) {
    onnx::NodeProto& node = graph_.node("Concat", layer_->name, inputs_);
    set_attribute(node, "axis", int64_t{1});
    return node.output(0);
  }

  std::string operator()(const ZeroPad2D& l) {
    const Ints pads = {0, 0, l.pad, l.pad, 0, 0, l.pad, l.pad};
    std::vector<std::string> inputs = {inputs_[0]};
    const float zero = 0;
    const bool takes_inputs = graph_.opset() >= 11;
    if (takes_inputs) {
      inputs.push_back(graph_.ints(named("pads"), pads));
      inputs.push_back(graph_.floats(named("value"), {}, {&zero, 1}));
    }
    onnx::NodeProto& node = graph_.node("Pad", layer_->name, inputs);
    set_attribute(node, "mode", "constant");
    if (!takes_inputs) {
      set_attribute(node, "pads", pads);
      set_attribute(node, "value", zero);
    }
    return node.output(0);
  }

  // (Bounds are inputs since opset 10, attributes before.)
  std::string operator()(const Crop2D& l) {
    if (info_->output == shape_) return inputs_[0];
    const Ints axes = {2, 3}, starts = {l.rows[0], l.columns[0]},
               ends = {shape_[0] - l.rows[1], shape_[1] - l.columns[1]};
    std::vector<std::string> inputs = {inputs_[0]};
    const bool takes_inputs = graph_.opset() >= 10;
    if (takes_inputs) {
      inputs.push_back(graph_.ints(named("starts"), starts));
      inputs.push_back(graph_.ints(named("ends"), ends));
      inputs.push_back(graph_.ints(named("axes"), axes));
    }
    onnx::NodeProto& node = graph_.node("Slice", layer_->name, inputs);
    if (!takes_inputs) {
      set_attribute(node, "axes", axes);
      set_attribute(node, "starts", starts);
      set_attribute(node, "ends", ends);
    }
    return node.output(0);
  }

  std::string operator()(const UpSample2D& l) {
    return l.size == Pair{1, 1} ? inputs_[0] : repeated(inputs_[0], layer_->name, l.size);
  }

  std::string operator()(const Resize& l) {
    if (l.size == Pair{shape_[0], shape_[1]}) return inputs_[0];
    if (graph_.opset() < 11) {
      throw Error(
          fmt::format("opset: expected 11 or more for layer '{}': before, ONNX has no resizing with half-pixel "
                      "centres, found {}",
                      layer_->name, graph_.opset()));
    }
    const float scales[] = {1, 1, resize_scale(shape_[0], l.size[0]), resize_scale(shape_[1], l.size[1])};
    // (The input left out is the region of interest.)
    onnx::NodeProto& node =
        graph_.node("Resize", layer_->name, {inputs_[0], "", graph_.floats(named("scales"), {4}, scales)});
    set_resize(node, "linear", "half_pixel", "round_prefer_floor");
    return node.output(0);
  }

 private:
  struct Weighted {
    std::span<const float> kernel, bias;  // bias: empty where there is none
  };
  Weighted weights(bool bias, const char* kernel = "kernel") {
    if (norm_ == nullptr) {
      return {parameters_.of(*layer_, kernel), bias ? parameters_.of(*layer_, "bias") : std::span<const float>()};
    }
    folded_weights_ = fold(parameters_, *layer_, kernel, *norm_);
    return {folded_weights_.kernel, folded_weights_.bias};
  }

  std::string named(const char* role) const { return layer_->name + "/" + role; }

  template <class Pool>
  WrittenWindow window_of(const Pool& l) const {
    return {shape_, l.pool, pool_strides(l.pool, l.strides), l.padding};
  }

  // A convolution with a group for each channel.
  template <class Convolution>
  std::string depthwise(const Convolution& l, const std::string& name, const char* role, std::span<const float> kernel,
                        std::span<const float> bias) {
    const int64_t channels = shape_[2] * l.depth_multiplier, cells = l.kernel[0] * l.kernel[1];
    std::vector<std::string> inputs = {inputs_[0]};
    inputs.push_back(
        graph_.floats(named(role), {channels, 1, l.kernel[0], l.kernel[1]}, filters_first(kernel, cells, 1, channels)));
    if (!bias.empty()) inputs.push_back(graph_.floats(named("bias"), {channels}, bias));
    onnx::NodeProto& node = graph_.node("Conv", name, inputs);
    set_convolution(node, {shape_, l.kernel, l.strides, l.padding}, shape_[2]);
    return node.output(0);
  }

  const Shape& shape_of_input(size_t k) const {
    const int from = info_->inputs[k];
    return from < 0 ? network_.input : infos_[static_cast<size_t>(from)].output;
  }

  std::string global_pool(const char* op, bool keepdims) {
    const std::string pooled = graph_.node(op, layer_->name, inputs_).output(0);
    return keepdims ? pooled : flattened(pooled);
  }

  // Each cell in `size` rows and columns, also of [n, c, 1, 1] before a product. (ONNX's product would do that by
  // itself, but OpenCV 4.6 multiplies all pictures of a batch by the numbers of the first, and takes a HardSigmoid
  // before a product for a hard_swish.)
  std::string repeated(const std::string& x, const std::string& name, const Pair& size) {
    const float scales[] = {1, 1, static_cast<float>(size[0]), static_cast<float>(size[1])};
    const std::string by = graph_.floats(named("scales"), {4}, scales);
    if (graph_.opset() < 11) {
      onnx::NodeProto& node = graph_.node(graph_.opset() < 10 ? "Upsample" : "Resize", name, {x, by});
      set_attribute(node, "mode", "nearest");
      return node.output(0);
    }
    onnx::NodeProto& node = graph_.node("Resize", name, {x, "", by});
    set_resize(node, "nearest", "asymmetric", "floor");
    return node.output(0);
  }

  void set_resize(onnx::NodeProto& node, const char* mode, const char* centres, const char* nearest) const {
    set_attribute(node, "mode", mode);
    set_attribute(node, "coordinate_transformation_mode", centres);
    set_attribute(node, "nearest_mode", nearest);
    set_attribute(node, "cubic_coeff_a", -0.75f);
    set_attribute(node, "exclude_outside", int64_t{0});
    set_attribute(node, "extrapolation_value", 0.0f);
    if (graph_.opset() >= 18) set_attribute(node, "antialias", int64_t{0});
  }

  // 0 stands for the batch.
  std::string reshaped(const std::string& value, const std::string& name, const Ints& dims) {
    onnx::NodeProto& node = graph_.node("Reshape", name, {value, graph_.ints(name + "/shape", dims)});
    if (graph_.opset() >= 14) set_attribute(node, "allowzero", int64_t{0});
    return node.output(0);
  }

  std::string channels_last() {
    onnx::NodeProto& transpose = graph_.node("Transpose", named("channels_last"), inputs_);
    set_attribute(transpose, "perm", Ints{0, 2, 3, 1});
    return transpose.output(0);
  }

  std::string flattened(const std::string& value) {
    onnx::NodeProto& node = graph_.node("Flatten", std::string(layer_->name).append("/flatten"), {value});
    set_attribute(node, "axis", int64_t{1});
    return node.output(0);
  }

  std::string activated(const std::string& x, Activation function, float alpha) {
    return write_activation(graph_, x, {.function = function, .alpha = alpha}, named(activation_name(function)));
  }

  const Network& network_;
  const std::vector<LayerInfo> infos_;
  const ParameterTable parameters_;
  GraphWriter& graph_;
  std::vector<int> norms_;
  // The layer being written, and facts about it.
  const Layer* layer_ = nullptr;
  const LayerInfo* info_ = nullptr;
  const Layer* norm_ = nullptr;  // the batch norm it takes in
  bool folded_ = false;          // it is one that was taken in
  Shape shape_;                  // of its first input
  std::vector<std::string> inputs_;
  FoldedWeights folded_weights_;
};

}  // namespace

std::string write_layers(const Model& model, bool fold_batch_norm, const std::string& input, GraphWriter& graph) {
  return LayerWriter(model, fold_batch_norm, graph).write(input);
}

}  // namespace fer::onnx_file
