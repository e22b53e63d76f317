// A network of reference kernels in double: the truth that training plans and inference models are held to. Layer by
// layer, every value kept, nothing fused.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/random.h"
#include "engine/kernel_shapes.h"
#include "fer/model.h"
#include "fer/network.h"
#include "kernels/reference/batch_norm.h"
#include "kernels/reference/combine.h"
#include "kernels/reference/conv.h"
#include "kernels/reference/dense.h"
#include "kernels/reference/depthwise.h"
#include "kernels/reference/elementwise.h"
#include "kernels/reference/loss.h"
#include "kernels/reference/pool.h"
#include "kernels/reference/spatial.h"
#include "network/outputs.h"

namespace fer::testing {

namespace reference = kernels::reference;
using Values = std::vector<double>;

struct ReferenceBatch {
  int64_t n = 0;
  Values pictures = {}, targets = {}, weights = {};
  uint64_t seed = 0, step = 0;
};

struct ReferenceResult {
  double loss_sum = 0, penalty = 0;
  int64_t correct = 0;
  double objective = 0;   // loss_sum / n + penalty, whose gradient follows
  Values gradients = {};  // as the weights lie, zero for what is not trained
};

class ReferenceNetwork {
 public:
  explicit ReferenceNetwork(const Network& network)
      : network_(network), infos_(infer(network)), layout_(parameter_layout(network)) {}

  // Updates the moving moments in `weights`.
  ReferenceResult train(const ReferenceBatch& batch, Values& weights);
  // The network's outputs.
  Values run(int64_t n, const Values& pictures, const Values& weights);

 private:
  // What a layer leaves for its backward pass.
  struct Trace {
    Values y, dy;
    Values sums;     // before the activation
    Values between;  // the depthwise half's output of a separable convolution
    Values mean, inv_std;
    std::vector<int64_t> winner;
    std::vector<bool> kept;
  };

  void forward(const Values& pictures);
  void backward();

  void forward_layer(size_t i, const Conv2D& l);
  void forward_layer(size_t i, const DepthwiseConv2D& l);
  void forward_layer(size_t i, const SeparableConv2D& l);
  void forward_layer(size_t i, const Dense& l);
  void forward_layer(size_t i, const BatchNorm& l);
  void forward_layer(size_t i, const ActivationLayer& l);
  void forward_layer(size_t i, const PRelu&);
  void forward_layer(size_t i, const MaxPool2D& l);
  void forward_layer(size_t i, const AveragePool2D& l);
  void forward_layer(size_t i, const GlobalAveragePool2D&);
  void forward_layer(size_t i, const GlobalMaxPool2D&);
  void forward_layer(size_t i, const Dropout& l);
  void forward_layer(size_t i, const Flatten&);
  void forward_layer(size_t i, const Reshape&);
  void forward_layer(size_t i, const Add&);
  void forward_layer(size_t i, const Multiply&);
  void forward_layer(size_t i, const Concat&);
  void forward_layer(size_t i, const ZeroPad2D& l);
  void forward_layer(size_t i, const Crop2D& l);
  void forward_layer(size_t i, const UpSample2D& l);
  void forward_layer(size_t i, const Resize&);

  void backward_layer(size_t i, const Conv2D& l);
  void backward_layer(size_t i, const DepthwiseConv2D& l);
  void backward_layer(size_t i, const SeparableConv2D& l);
  void backward_layer(size_t i, const Dense& l);
  void backward_layer(size_t i, const BatchNorm& l);
  void backward_layer(size_t i, const ActivationLayer& l);
  void backward_layer(size_t i, const PRelu&);
  void backward_layer(size_t i, const MaxPool2D& l);
  void backward_layer(size_t i, const AveragePool2D& l);
  void backward_layer(size_t i, const GlobalAveragePool2D&);
  void backward_layer(size_t i, const GlobalMaxPool2D&);
  void backward_layer(size_t i, const Dropout& l);
  void backward_layer(size_t i, const Flatten&);
  void backward_layer(size_t i, const Reshape&);
  void backward_layer(size_t i, const Add&);
  void backward_layer(size_t i, const Multiply&);
  void backward_layer(size_t i, const Concat&);
  void backward_layer(size_t i, const ZeroPad2D& l);
  void backward_layer(size_t i, const Crop2D& l);
  void backward_layer(size_t i, const UpSample2D& l);
  void backward_layer(size_t i, const Resize&);

  const Parameter* find(size_t layer, const std::string& suffix) const {
    for (const Parameter& p : layout_.parameters)
      if (p.name == network_.layers[layer].name + "/" + suffix) return &p;
    return nullptr;
  }
  Values parameter(size_t layer, const std::string& suffix) const {
    const Parameter* p = find(layer, suffix);
    if (p == nullptr) return {};
    return {weights_.begin() + p->offset, weights_.begin() + p->offset + p->shape.elements()};
  }
  void store(size_t layer, const std::string& suffix, const Values& values) {
    std::copy(values.begin(), values.end(), weights_.begin() + find(layer, suffix)->offset);
  }
  void add_gradient(size_t layer, const std::string& suffix, const Values& gradient) {
    const Parameter* p = find(layer, suffix);
    if (p == nullptr || !p->trainable) return;
    for (size_t i = 0; i < gradient.size(); ++i) gradients_[static_cast<size_t>(p->offset) + i] += gradient[i];
  }

  // The k-th input of a layer; -1 is the pictures.
  int source(size_t layer, size_t k) const { return infos_[layer].inputs[k]; }
  const Values& input(size_t layer, size_t k = 0) const {
    return source(layer, k) < 0 ? pictures_ : traces_[static_cast<size_t>(source(layer, k))].y;
  }
  const Shape& input_shape(size_t layer, size_t k = 0) const {
    return source(layer, k) < 0 ? network_.input : infos_[static_cast<size_t>(source(layer, k))].output;
  }
  void pass_back(size_t layer, const Values& dx, size_t k = 0) {
    if (source(layer, k) < 0) return;
    Values& dy = traces_[static_cast<size_t>(source(layer, k))].dy;
    for (size_t i = 0; i < dx.size(); ++i) dy[i] += dx[i];
  }

  int64_t row(size_t layer) const { return infos_[layer].output[infos_[layer].output.rank() - 1]; }
  // The softmax at a classifier's end belongs to the loss in training, and comes last in inference.
  Activation function_of(size_t layer, Activation f) const {
    return f == Activation::kSoftmax && layer + 1 == network_.layers.size() ? Activation::kLinear : f;
  }
  kernels::DenseShape dense_shape(size_t layer, const Dense& l) const {
    return {.n = n_, .inputs = input_shape(layer).elements(), .units = l.units};
  }
  kernels::ConvShape conv_shape(size_t layer, const Conv2D& l) const {
    return engine::conv_shape(l, input_shape(layer), n_);
  }
  template <class Convolution>
  kernels::DepthwiseShape depthwise_shape(size_t layer, const Convolution& l) const {
    return engine::depthwise_shape(
        {.kernel = l.kernel, .strides = l.strides, .padding = l.padding, .depth_multiplier = l.depth_multiplier},
        input_shape(layer), n_);
  }
  // The second half of a separable convolution.
  kernels::ConvShape pointwise_shape(size_t layer, const SeparableConv2D& l) const {
    const Shape& out = infos_[layer].output;
    return engine::conv_shape({.filters = l.filters, .kernel = {1, 1}},
                              {out[0], out[1], input_shape(layer)[2] * l.depth_multiplier}, n_);
  }
  std::vector<int64_t> channels_of_inputs(size_t layer) const {
    std::vector<int64_t> channels;
    for (size_t k = 0; k < infos_[layer].inputs.size(); ++k) {
      const Shape& shape = input_shape(layer, k);
      channels.push_back(shape[shape.rank() - 1]);
    }
    return channels;
  }
  // An input of a product, with one number a channel repeated for every pixel.
  Values factor(size_t layer, size_t k) const {
    if (input_shape(layer, k).elements() == infos_[layer].output.elements()) return input(layer, k);
    const Values ones(static_cast<size_t>(n_ * infos_[layer].output.elements()), 1.0);
    return reference::gate_channels(infos_[layer].output.elements() / row(layer), row(layer), ones, input(layer, k));
  }
  template <class Pool>
  kernels::PoolShape pool_shape(size_t layer, const Pool& l) const {
    return engine::pool_shape(l.pool, l.strides, l.padding, input_shape(layer), n_);
  }
  kernels::PadShape pad_shape(size_t layer, const ZeroPad2D& l) const {
    const Shape& in = input_shape(layer);
    return {.n = n_, .h = in[0], .w = in[1], .c = in[2], .pad = l.pad};
  }
  kernels::CropShape crop_shape(size_t layer, const Crop2D& l) const {
    const Shape& in = input_shape(layer);
    return {.n = n_,
            .h = in[0],
            .w = in[1],
            .c = in[2],
            .top = l.rows[0],
            .bottom = l.rows[1],
            .left = l.columns[0],
            .right = l.columns[1]};
  }
  kernels::UpSampleShape upsample_shape(size_t layer, const UpSample2D& l) const {
    const Shape& in = input_shape(layer);
    return {.n = n_, .h = in[0], .w = in[1], .c = in[2], .rows = l.size[0], .columns = l.size[1]};
  }
  kernels::ResizeShape resize_shape(size_t layer) const {
    const Shape &in = input_shape(layer), &out = infos_[layer].output;
    return {.n = n_, .h = in[0], .w = in[1], .c = in[2], .oh = out[0], .ow = out[1]};
  }

  const Network network_;
  const std::vector<LayerInfo> infos_;
  const ParameterLayout layout_;
  bool training_ = false;
  int64_t n_ = 0;
  uint64_t seed_ = 0, step_ = 0;
  Values pictures_, weights_, gradients_;
  std::vector<Trace> traces_;
};

}  // namespace fer::testing

#include "tests/engine/reference_layers.h"
