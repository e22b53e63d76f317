// Small random networks of every kind of layer, with branches, for plans to be tried on.
#pragma once

#include <string>
#include <vector>

#include "fer/network.h"
#include "tests/kernels/draw.h"

namespace fer::testing {

struct NetworkKind {
  bool smooth = false;  // nothing with a kink: for differences
  bool dropout = true;
  bool frozen = false;  // some layers are
  bool residual = true;
};

class RandomNetwork {
 public:
  RandomNetwork(uint32_t stream, const NetworkKind& kind)
      : draw_(stream), kind_(kind), network_({draw_.integer(6, 9), draw_.integer(6, 9), draw_.integer(1, 3)}) {
    shape_ = network_.input;
    for (int64_t i = draw_.integer(2, 4); i > 0; --i) add_block();
    add_head();
    if (kind_.frozen) freeze_some();
  }

  const Network& network() const { return network_; }

 private:
  void add(LayerKind layer, std::vector<std::string> inputs = {}) {
    network_.add(std::move(layer), "layer" + std::to_string(network_.layers.size()), std::move(inputs));
    shape_ = infer_last();
  }
  // The last layer's output. Inference wants whole networks: every prefix here is a chain or closes its branches.
  Shape infer_last() const { return infer(network_).back().output; }
  std::string last() const { return network_.layers.empty() ? "input" : network_.layers.back().name; }

  bool ends_in_batch_norm() const {
    return !network_.layers.empty() && std::holds_alternative<BatchNorm>(network_.layers.back().kind);
  }

  Activation activation() {
    static const std::vector<Activation> smooth = {Activation::kLinear,  Activation::kSilu, Activation::kTanh,
                                                   Activation::kSigmoid, Activation::kGelu, Activation::kMish};
    static const std::vector<Activation> all = {Activation::kLinear,      Activation::kRelu,      Activation::kRelu,
                                                Activation::kLeakyRelu,   Activation::kElu,       Activation::kSilu,
                                                Activation::kTanh,        Activation::kSigmoid,   Activation::kRelu6,
                                                Activation::kHardSigmoid, Activation::kHardSwish, Activation::kSelu,
                                                Activation::kGelu,        Activation::kGeluTanh,  Activation::kMish};
    return draw_.one_of(kind_.smooth ? smooth : all);
  }

  Conv2D conv(int64_t filters) {
    Conv2D c{.filters = filters, .padding = Padding::same(), .bias = draw_.integer(0, 2) > 0};
    c.kernel = draw_.one_of(std::vector<Pair>{{3, 3}, {3, 3}, {1, 1}, {2, 3}, {5, 5}});
    c.activation = activation();
    c.bias_init = {Initializer::Kind::kRandomUniform, -0.5f, 0.5f};
    if (draw_.integer(0, 3) == 0) c.kernel_regularizer = {.l1 = kind_.smooth ? 0 : 0.01f, .l2 = 0.02f};
    return c;
  }

  void add_block() {
    switch (draw_.integer(0, kind_.residual ? 7 : 4)) {
      case 0:
        return add_strided();
      case 1:
        return add_pool();
      case 2:
        return add_spatial();
      case 3:
        return add_pointwise_chain();
      case 4:
        return add_depthwise();
      case 5:
        return add_gated();
      case 6:
        return add_concat();
      default:
        return add_residual();
    }
  }

  void add_strided() {
    Conv2D c = conv(draw_.one_of(std::vector<int64_t>{1, 3, 4, 6, 17}));
    if (shape_[0] > 3 && shape_[1] > 3) {
      c.strides = {draw_.integer(1, 2), draw_.integer(1, 2)};
      if (draw_.integer(0, 1) == 0 && c.kernel[0] <= 3) c.padding = Padding::valid();
    }
    if (c.padding == Padding::same() && draw_.integer(0, 2) == 0) c.dilation = {draw_.integer(1, 3), 2};
    if (shape_[2] % 2 == 0 && c.filters % 2 == 0) c.groups = draw_.integer(1, 2);
    add(c);
    if (draw_.integer(0, 1) == 0) add(BatchNorm{.momentum = 0.9f});
  }

  // Depthwise or separable, then perhaps a norm and what follows it in MobileNets.
  void add_depthwise() {
    const Pair kernel = draw_.one_of(std::vector<Pair>{{3, 3}, {3, 3}, {1, 1}, {2, 3}, {5, 5}});
    const Pair strides = {draw_.integer(1, 2), draw_.integer(1, 2)};
    const int64_t multiplier = shape_[2] < 6 ? draw_.integer(1, 2) : 1;
    const bool bias = draw_.integer(0, 1) == 0;
    if (draw_.integer(0, 1) == 0) {
      DepthwiseConv2D c{
          .kernel = kernel, .strides = strides, .padding = Padding::same(), .depth_multiplier = multiplier};
      c.bias = bias;
      c.activation = activation();
      c.kernel_regularizer.l2 = 0.02f;
      add(c);
    } else {
      SeparableConv2D c{.filters = draw_.integer(1, 7), .kernel = kernel, .strides = strides};
      c.padding = Padding::same();
      c.depth_multiplier = multiplier;
      c.bias = bias;
      c.activation = activation();
      c.depthwise_regularizer.l2 = 0.01f;
      c.pointwise_regularizer.l2 = 0.02f;
      add(c);
    }
    if (draw_.integer(0, 1) == 0) add(BatchNorm{.momentum = 0.9f});
    if (draw_.integer(0, 1) == 0) add(ActivationLayer{activation()});
    if (shape_[0] > 3 && shape_[1] > 3 && !kind_.smooth && draw_.integer(0, 2) == 0) add(MaxPool2D{});
  }

  std::string layer_name() const { return "layer" + std::to_string(network_.layers.size()); }
  // Appends without a look at the shapes: branches are not closed yet.
  std::string append(LayerKind layer, std::vector<std::string> inputs) {
    network_.add(std::move(layer), layer_name(), std::move(inputs));
    return network_.layers.back().name;
  }

  // Squeeze and excite, in the forms that it is written in: with a value's channels weighted by what they are on
  // average, or by another value, or by itself.
  void add_gated() {
    const std::string from = last();
    const int64_t channels = shape_[2];
    std::string gate;
    std::vector<std::string> factors = {from};
    switch (draw_.integer(0, 3)) {
      case 0:  // 1x1 convolutions
        gate = append(GlobalAveragePool2D{.keepdims = true}, {from});
        gate = append(Conv2D{.filters = 2, .kernel = {1, 1}, .activation = activation()}, {gate});
        gate = append(Conv2D{.filters = channels, .kernel = {1, 1}, .activation = Activation::kSigmoid}, {gate});
        break;
      case 1:  // dense layers
        gate = append(GlobalAveragePool2D{}, {from});
        gate = append(Dense{.units = channels, .activation = Activation::kSigmoid}, {gate});
        if (draw_.integer(0, 1) == 0) gate = append(Reshape{{1, 1, channels}}, {gate});
        break;
      case 2:
        gate = append(ActivationLayer{Activation::kTanh}, {from});
        factors.push_back(gate);
        if (!kind_.smooth) gate = append(GlobalMaxPool2D{}, {from});
        break;
      default:
        gate = from;
    }
    factors.insert(factors.begin() + draw_.integer(0, static_cast<int64_t>(factors.size())), gate);
    add(Multiply{}, factors);
  }

  // Branches side by side, one of which may be the value itself.
  void add_concat() {
    const std::string from = last();
    std::vector<std::string> ends;
    for (int64_t branches = draw_.integer(1, 3); branches > 0; --branches) {
      ends.push_back(append(conv(draw_.integer(1, 5)), {from}));
      if (draw_.integer(0, 1) == 0) ends.back() = append(BatchNorm{}, {ends.back()});
    }
    if (draw_.integer(0, 1) == 0) ends.push_back(from);
    if (draw_.integer(0, 3) == 0) ends.push_back(ends.front());
    add(Concat{}, ends);
  }

  void add_pool() {
    const Padding padding = draw_.one_of(std::vector<Padding>{Padding::same(), Padding::valid()});
    const int64_t side = std::min<int64_t>({draw_.integer(2, 3), shape_[0], shape_[1]});
    if (kind_.smooth || draw_.integer(0, 1) == 0) {
      add(AveragePool2D{.pool = {side, side}, .strides = {1, 2}, .padding = padding});
    } else {
      add(MaxPool2D{.pool = {side, side}, .padding = padding});
    }
  }

  void add_spatial() {
    if (draw_.integer(0, 1) == 0) {
      add(ZeroPad2D{1});
    } else {
      add(Resize{{draw_.integer(4, 8), draw_.integer(4, 8)}});
    }
  }

  // Layers that may work in place.
  void add_pointwise_chain() {
    for (int64_t i = draw_.integer(1, 4); i > 0; --i) {
      const int64_t which = draw_.integer(0, kind_.smooth ? 2 : 3);
      // Norms one after another leave gradients of nothing but rounding errors.
      if (which == 0 && !ends_in_batch_norm()) add(BatchNorm{.momentum = 0.8f});
      if (which == 1) add(ActivationLayer{activation()});
      if (which == 2 && kind_.dropout) add(Dropout{0.3f});
      if (which == 3) add(PRelu{.shared = draw_.integer(0, 2) > 0, .alpha_regularizer = {.l2 = 0.02f}});
    }
  }

  // Two or three ways from one value to a sum. Built apart, so that no prefix has open ends.
  void add_residual() {
    const std::string from = last();
    const int64_t channels = shape_[2];
    std::vector<std::string> ends;
    const int64_t ways = draw_.integer(1, 2);
    for (int64_t way = 0; way < ways; ++way) {
      std::string at = append(conv(channels), {from});
      if (draw_.integer(0, 1) == 0) at = append(BatchNorm{}, {at});
      if (draw_.integer(0, 1) == 0) at = append(ActivationLayer{activation()}, {at});
      if (kind_.dropout && draw_.integer(0, 2) == 0) at = append(Dropout{0.2f}, {at});
      ends.push_back(at);
    }
    ends.insert(ends.begin() + draw_.integer(0, static_cast<int64_t>(ends.size())), from);
    if (draw_.integer(0, 3) == 0) ends.push_back(from);
    add(Add{}, ends);
    if (draw_.integer(0, 1) == 0) add(ActivationLayer{activation()});
  }

  void add_head() {
    constexpr int64_t kClasses = 4;
    switch (draw_.integer(0, kind_.smooth ? 3 : 4)) {
      case 0:
      case 1:
        add(GlobalAveragePool2D{});
        break;
      case 2:
        add(Reshape{{shape_.elements()}});
        break;
      case 4:
        add(GlobalMaxPool2D{});
        break;
      default:
        add(Flatten{});
    }
    if (draw_.integer(0, 1) == 0) {
      Dense hidden{.units = 9};
      hidden.activation = activation();
      add(hidden);
      if (draw_.integer(0, 1) == 0) add(BatchNorm{});
      if (kind_.dropout) add(Dropout{0.25f});
    }
    switch (draw_.integer(0, 2)) {
      case 0:
        return add(Dense{.units = kClasses});
      case 1:
        return add(Dense{.units = kClasses, .activation = Activation::kSoftmax});
      default:
        add(Dense{.units = kClasses});
        add(ActivationLayer{Activation::kSoftmax});
    }
  }

  // Any but the last with weights.
  void freeze_some() {
    for (size_t i = 0; i + 2 < network_.layers.size(); ++i) network_.layers[i].frozen = draw_.integer(0, 2) == 0;
  }

  Draw draw_;
  NetworkKind kind_;
  Network network_;
  Shape shape_;
};

// Weights as after some training: no parameter at its first value.
inline Weights random_weights(const Network& network, uint32_t stream) {
  Weights weights = initialize(network, test_seed());
  Draw draw(stream);
  for (const Parameter& p : weights.layout.parameters) {
    const bool positive = p.name.ends_with("/moving_variance") || p.name.ends_with("/gamma");
    for (float& w : weights.of(p))
      w = positive ? static_cast<float>(draw.uniform(0.5, 1.5)) : w + static_cast<float>(draw.uniform(-0.2, 0.2));
  }
  return weights;
}

}  // namespace fer::testing
