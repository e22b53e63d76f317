#include "onnx/write/network_writer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "network/geometry.h"
#include "onnx/read/folding.h"

namespace fer::onnx_file {
namespace {

// Cells before and after rows and columns, as ONNX orders them: [top, left, bottom, right].
Ints pads_of(const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding) {
  const Window w = window(input, kernel, strides, padding);
  if (padding.kind != Padding::Kind::kSame) return {w.pad_top, w.pad_left, w.pad_top, w.pad_left};
  const auto after = [&](int axis, int64_t out, int64_t before) {
    return std::max<int64_t>((out - 1) * strides[axis] + kernel[axis] - input[axis], 0) - before;
  };
  return {w.pad_top, w.pad_left, after(0, w.out_h, w.pad_top), after(1, w.out_w, w.pad_left)};
}

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
    const int64_t cells = l.kernel[0] * l.kernel[1];
    const std::vector<float> kernel = filters_first(w.kernel, cells, shape_[2], l.filters);
    std::vector<std::string> inputs = {inputs_[0]};
    inputs.push_back(graph_.floats(named("kernel"), {l.filters, shape_[2], l.kernel[0], l.kernel[1]}, kernel));
    if (!w.bias.empty()) inputs.push_back(graph_.floats(named("bias"), {l.filters}, w.bias));
    onnx::NodeProto& node = graph_.node("Conv", layer_->name, inputs);
    set_window(node, l.kernel, l.strides, l.padding);
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
    return activated(graph_.node("Conv", layer_->name, inputs).output(0), l.activation, l.alpha);
  }

  std::string operator()(const Dense& l) {
    const Weighted w = weights(l.bias);
    std::vector<std::string> inputs = {inputs_[0], graph_.floats(named("kernel"), {shape_[0], l.units}, w.kernel)};
    if (!w.bias.empty()) inputs.push_back(graph_.floats(named("bias"), {l.units}, w.bias));
    return activated(graph_.node("Gemm", layer_->name, inputs).output(0), l.activation, l.alpha);
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
    return node.output(0);
  }

  std::string operator()(const ActivationLayer& l) { return activated(inputs_[0], l.function, l.alpha, layer_->name); }

  std::string operator()(const PRelu& l) {
    const std::span<const float> alpha = parameters_.of(*layer_, "alpha");
    const auto count = static_cast<int64_t>(alpha.size());
    const bool flat = shape_.rank() == 1, one_a_value = !flat && !l.shared;
    const Ints dims = flat ? Ints{count} : l.shared ? Ints{count, 1, 1} : Ints{shape_[2], shape_[0], shape_[1]};
    const std::vector<float> first = filters_first(alpha, one_a_value ? shape_[0] * shape_[1] : 1, 1, dims[0]);
    return graph_.node("PRelu", layer_->name, {inputs_[0], graph_.floats(named("alpha"), dims, first)}).output(0);
  }

  std::string operator()(const MaxPool2D& l) { return pool("MaxPool", l).output(0); }
  // (Padded cells do not count: ONNX's default too.)
  std::string operator()(const AveragePool2D& l) { return pool("AveragePool", l).output(0); }

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
      // [n, c] beside [n, c, h, w] becomes [n, c, 1, 1].
      const bool spread = full.rank() == 3 && shape_of_input(k).rank() == 1;
      factors.push_back(spread ? reshaped(inputs_[k], named("gate"), {0, full[2], 1, 1}) : inputs_[k]);
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
    const std::string pads = graph_.ints(named("pads"), {0, 0, l.pad, l.pad, 0, 0, l.pad, l.pad});
    return graph_.node("Pad", layer_->name, {inputs_[0], pads}).output(0);
  }

  std::string operator()(const Resize& l) {
    if (l.size == Pair{shape_[0], shape_[1]}) return inputs_[0];
    const float scales[] = {1, 1, resize_scale(shape_[0], l.size[0]), resize_scale(shape_[1], l.size[1])};
    // (The input left out is the region of interest.)
    onnx::NodeProto& node =
        graph_.node("Resize", layer_->name, {inputs_[0], "", graph_.floats(named("scales"), {4}, scales)});
    set_attribute(node, "mode", "linear");
    set_attribute(node, "coordinate_transformation_mode", "half_pixel");
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

  void set_window(onnx::NodeProto& node, const Pair& kernel, const Pair& strides, const Padding& padding) const {
    set_attribute(node, "kernel_shape", Ints(kernel.begin(), kernel.end()));
    set_attribute(node, "strides", Ints(strides.begin(), strides.end()));
    set_attribute(node, "pads", pads_of(shape_, kernel, strides, padding));
  }

  template <class Pool>
  onnx::NodeProto& pool(const char* op, const Pool& l) {
    onnx::NodeProto& node = graph_.node(op, layer_->name, inputs_);
    set_window(node, l.pool, pool_strides(l.pool, l.strides), l.padding);
    return node;
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
    set_window(node, l.kernel, l.strides, l.padding);
    set_attribute(node, "group", shape_[2]);
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

  // 0 stands for the batch.
  std::string reshaped(const std::string& value, const std::string& name, const Ints& dims) {
    return graph_.node("Reshape", name, {value, graph_.ints(name + "/shape", dims)}).output(0);
  }

  std::string channels_last() {
    onnx::NodeProto& transpose = graph_.node("Transpose", named("channels_last"), inputs_);
    set_attribute(transpose, "perm", Ints{0, 2, 3, 1});
    return transpose.output(0);
  }

  std::string flattened(const std::string& value) {
    return graph_.node("Flatten", std::string(layer_->name).append("/flatten"), {value}).output(0);
  }

  std::string activated(const std::string& x, Activation function, float alpha, std::string name = {}) {
    if (function == Activation::kLinear) return x;
    if (name.empty()) name = named(activation_name(function));
    if (function == Activation::kSilu) {
      const std::string gate = graph_.node("Sigmoid", name + "/sigmoid", {x}).output(0);
      return graph_.node("Mul", name, {x, gate}).output(0);
    }
    if (function == Activation::kRelu6) return clipped(x, 0, 6, name);
    if (function == Activation::kHardSwish) {
      // (HardSwish itself is of opset 14.)
      const std::string gate = hard_sigmoid(x, name + "/hard_sigmoid");
      return graph_.node("Mul", name, {x, gate}).output(0);
    }
    if (function == Activation::kHardSigmoid) return hard_sigmoid(x, name);
    onnx::NodeProto& node = graph_.node(op_of(function), name, {x});
    // (0 stands for Keras's defaults: fer/activation.h.)
    if (function == Activation::kLeakyRelu) set_attribute(node, "alpha", alpha == 0 ? 0.3f : alpha);
    if (function == Activation::kElu) set_attribute(node, "alpha", alpha == 0 ? 1.0f : alpha);
    if (function == Activation::kSoftmax) set_attribute(node, "axis", int64_t{1});
    return node.output(0);
  }

  std::string clipped(const std::string& x, float low, float high, const std::string& name) {
    const std::string least = graph_.floats(name + "/min", {}, {&low, 1}),
                      most = graph_.floats(name + "/max", {}, {&high, 1});
    return graph_.node("Clip", name, {x, least, most}).output(0);
  }

  // max(0, min(1, x / 6 + 1 / 2))
  std::string hard_sigmoid(const std::string& x, const std::string& name) {
    onnx::NodeProto& node = graph_.node("HardSigmoid", name, {x});
    set_attribute(node, "alpha", 1.0f / 6);
    set_attribute(node, "beta", 0.5f);
    return node.output(0);
  }

  static const char* op_of(Activation function) {
    switch (function) {
      case Activation::kRelu:
        return "Relu";
      case Activation::kLeakyRelu:
        return "LeakyRelu";
      case Activation::kElu:
        return "Elu";
      case Activation::kTanh:
        return "Tanh";
      case Activation::kSigmoid:
        return "Sigmoid";
      case Activation::kSoftmax:
        return "Softmax";
      case Activation::kHardSigmoid:
      case Activation::kHardSwish:
      case Activation::kRelu6:
      case Activation::kLinear:
      case Activation::kSilu:
        break;
    }
    return "Identity";
  }

  const Network& network_;
  const std::vector<LayerInfo> infos_;
  const ParameterTable parameters_;
  GraphWriter& graph_;
  std::vector<int> norms_;
  // Of the layer being written.
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
