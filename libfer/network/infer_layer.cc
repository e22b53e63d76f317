#include "network/infer_layer.h"

#include <algorithm>
#include <cmath>

#include "network/geometry.h"
#include "network/limits.h"

namespace fer {
namespace {

// Checks one layer against the shapes it is given and fills in what follows from them.
class LayerWalk {
 public:
  LayerWalk(const Layer& layer, std::span<const Shape> inputs, LayerInfo& info)
      : layer_(layer), inputs_(inputs), x_(inputs[0]), info_(info) {}

  void operator()(const Conv2D& l) {
    const Shape& x = image();
    check_extent("filters", l.filters);
    check_extents("dilation", l.dilation);
    const Window w = convolution_window(l, l.dilation);
    check_groups(l);
    check_weights(l);
    const int64_t channels = x[2] / l.groups;  // that a filter sees
    set_params({{l.kernel[0], l.kernel[1], channels, l.filters}}, l.bias ? l.filters : 0);
    set_output({w.out_h, w.out_w, l.filters});
    set_macs({{w.out_h, w.out_w, l.kernel[0], l.kernel[1], channels, l.filters}});
  }

  void operator()(const DepthwiseConv2D& l) {
    const Window w = convolution_window(l);
    const int64_t channels = multiplied_channels(l.depth_multiplier);
    check_weights(l);
    set_params({{l.kernel[0], l.kernel[1], channels}}, l.bias ? channels : 0);
    set_output({w.out_h, w.out_w, channels});
    set_macs({{w.out_h, w.out_w, l.kernel[0], l.kernel[1], channels}});
  }

  void operator()(const SeparableConv2D& l) {
    check_extent("filters", l.filters);
    const Window w = convolution_window(l);
    const int64_t channels = multiplied_channels(l.depth_multiplier);
    check_initializer("depthwise_init", l.depthwise_init);
    check_initializer("pointwise_init", l.pointwise_init);
    check_initializer("bias_init", l.bias_init);
    check_regularizer("depthwise_regularizer", l.depthwise_regularizer);
    check_regularizer("pointwise_regularizer", l.pointwise_regularizer);
    check_regularizer("bias_regularizer", l.bias_regularizer);
    set_params({{l.kernel[0], l.kernel[1], channels}, {channels, l.filters}}, l.bias ? l.filters : 0);
    set_output({w.out_h, w.out_w, channels});  // of the depthwise half, which is kept too
    set_output({w.out_h, w.out_w, l.filters});
    set_macs({{w.out_h, w.out_w, l.kernel[0], l.kernel[1], channels}, {w.out_h, w.out_w, channels, l.filters}});
  }

  void operator()(const Dense& l) {
    if (x_.rank() != 1) {
      fail_at(layer_, "expected an input of rank 1 (after flatten or a global pool), found {}", x_.to_string());
    }
    check_extent("units", l.units);
    check_activation(l.activation, l.alpha);
    check_weights(l);
    set_params({{x_[0], l.units}}, l.bias ? l.units : 0);
    set_output({l.units});
    set_macs({{x_[0], l.units}});
  }

  void operator()(const BatchNorm& l) {
    check_real("epsilon", l.epsilon, l.epsilon > 0, "a number above 0");
    check_real("momentum", l.momentum, l.momentum >= 0 && l.momentum <= 1, "a number from 0 to 1");
    const int64_t channels = x_[x_.rank() - 1];
    info_.params = 4 * channels;
    info_.trainable = layer_.frozen ? 0 : 2 * channels;
    info_.output = x_;
  }

  void operator()(const ActivationLayer& l) {
    check_activation(l.function, l.alpha);
    info_.output = x_;
  }

  void operator()(const PRelu& l) {
    check_initializer("alpha_init", l.alpha_init);
    check_regularizer("alpha_regularizer", l.alpha_regularizer);
    info_.params = l.shared ? x_[x_.rank() - 1] : x_.elements();
    info_.trainable = layer_.frozen ? 0 : info_.params;
    info_.output = x_;
  }

  void operator()(const MaxPool2D& l) { pool(l); }
  void operator()(const AveragePool2D& l) { pool(l); }
  void operator()(const GlobalAveragePool2D& l) { global_pool(l.keepdims); }
  void operator()(const GlobalMaxPool2D& l) { global_pool(l.keepdims); }

  void operator()(const Dropout& l) {
    check_real("rate", l.rate, l.rate >= 0 && l.rate < 1, "a number from 0 up to, not including, 1");
    info_.output = x_;
  }

  void operator()(const Flatten&) { info_.output = {x_.elements()}; }

  void operator()(const Reshape& l) {
    const Shape& shape = l.shape;
    if (shape.rank() != 1 && shape.rank() != 3) {
      fail_at(layer_, "shape: expected [values] or [height, width, channels], found {}", shape.to_string());
    }
    for (const int64_t extent : shape.dims()) check_extent("shape", extent);
    const int64_t values =
        shape.rank() == 1 ? shape[0] : product_within({shape[0], shape[1], shape[2]}, kMaxActivations);
    if (values != x_.elements()) {
      fail_at(layer_, "shape {}: expected the input's {} values, found {}", shape.to_string(), x_.elements(),
              values < 0 ? "more than a layer has" : std::to_string(values));
    }
    info_.output = shape;
  }

  void operator()(const Multiply&) {
    check_two_inputs();
    Shape full = x_;
    for (const Shape& input : inputs_) {
      if (input.elements() > full.elements()) full = input;
    }
    // (Both shapes hold as many values; [c] is the one that follows from [1, 1, c].)
    for (const Shape& input : inputs_) {
      if (input.rank() > full.rank()) full = input;
    }
    const int64_t channels = full[full.rank() - 1];
    for (const Shape& input : inputs_) {
      if (input == full || input == Shape{channels} || input == Shape{1, 1, channels}) continue;
      fail_at(layer_, "expected inputs of shape {}, or [{}] or [1, 1, {}], found {}", full.to_string(), channels,
              channels, input.to_string());
    }
    info_.output = full;
  }

  void operator()(const Concat&) {
    int64_t channels = 0;
    for (const Shape& input : inputs_) {
      bool fits = input.rank() == x_.rank();
      for (size_t axis = 0; fits && axis + 1 < x_.rank(); ++axis) fits = input[axis] == x_[axis];
      if (!fits) {
        fail_at(layer_, "expected inputs that differ in their channels only, found {} and {}", x_.to_string(),
                input.to_string());
      }
      channels += input[input.rank() - 1];
    }
    check_extent("channels", channels);
    if (x_.rank() == 3) {
      set_output({x_[0], x_[1], channels});
    } else {
      set_output({channels});
    }
  }

  void operator()(const Add&) {
    check_two_inputs();
    for (size_t i = 1; i < inputs_.size(); ++i) {
      if (inputs_[i] != x_) {
        fail_at(layer_, "expected inputs of one shape, found {} and {}", x_.to_string(), inputs_[i].to_string());
      }
    }
    info_.output = x_;
  }

  void operator()(const ZeroPad2D& l) {
    const Shape& x = image();
    if (l.pad < 0 || l.pad > kMaxExtent) fail_at(layer_, "pad: expected 0 to {}, found {}", kMaxExtent, l.pad);
    set_output({x[0] + 2 * l.pad, x[1] + 2 * l.pad, x[2]});
  }

  void operator()(const Crop2D& l) {
    const Shape& x = image();
    const auto left_over = [&](const char* field, int64_t extent, const Pair& cells) {
      for (const int64_t count : cells) {
        if (count < 0 || count > kMaxExtent)
          fail_at(layer_, "{}: expected 0 to {}, found {}", field, kMaxExtent, count);
      }
      if (cells[0] + cells[1] >= extent) {
        fail_at(layer_, "{}: expected to leave some of the input's {}, found {} and {}", field, extent, cells[0],
                cells[1]);
      }
      return extent - cells[0] - cells[1];
    };
    set_output({left_over("rows", x[0], l.rows), left_over("columns", x[1], l.columns), x[2]});
  }

  void operator()(const UpSample2D& l) {
    const Shape& x = image();
    check_extents("size", l.size);
    set_output({x[0] * l.size[0], x[1] * l.size[1], x[2]});
  }

  void operator()(const Resize& l) {
    const Shape& x = image();
    check_extents("size", l.size);
    set_output({l.size[0], l.size[1], x[2]});
  }

 private:
  const Shape& image() const {
    if (x_.rank() != 3) fail_at(layer_, "expected an input [height, width, channels], found {}", x_.to_string());
    return x_;
  }

  void check_two_inputs() const {
    if (inputs_.size() < 2) fail_at(layer_, "inputs: expected two or more, found {}", inputs_.size());
  }

  void global_pool(bool keepdims) {
    const int64_t channels = image()[2];
    info_.output = keepdims ? Shape{1, 1, channels} : Shape{channels};
  }

  int64_t multiplied_channels(int64_t depth_multiplier) const {
    check_extent("depth_multiplier", depth_multiplier);
    const int64_t channels = image()[2] * depth_multiplier;
    if (channels > kMaxExtent) {
      fail_at(layer_, "depth_multiplier: expected at most {} channels in all, found {}", kMaxExtent, channels);
    }
    return channels;
  }

  // Checks what all kinds of convolutions have in common.
  template <class L>
  Window convolution_window(const L& l, const Pair& dilation = {1, 1}) const {
    image();
    check_extents("kernel", l.kernel);
    check_extents("strides", l.strides);
    check_padding(l.padding);
    check_activation(l.activation, l.alpha);
    return fitted_window(l.kernel, l.strides, l.padding, "kernel", dilation);
  }

  void check_groups(const Conv2D& l) const {
    check_extent("groups", l.groups);
    if (x_[2] % l.groups != 0) {
      fail_at(layer_, "groups: expected a divisor of the input's {} channels, found {}", x_[2], l.groups);
    }
    if (l.filters % l.groups != 0) {
      fail_at(layer_, "groups: expected a divisor of the {} filters, found {}", l.filters, l.groups);
    }
  }

  void check_extent(const char* field, int64_t value) const {
    if (value < 1 || value > kMaxExtent) fail_at(layer_, "{}: expected 1 to {}, found {}", field, kMaxExtent, value);
  }
  void check_extents(const char* field, const Pair& pair) const {
    check_extent(field, pair[0]);
    check_extent(field, pair[1]);
  }
  void check_real(const char* field, float value, bool good, const char* expected) const {
    if (!good || !std::isfinite(value)) fail_at(layer_, "{}: expected {}, found {}", field, expected, value);
  }
  void check_padding(const Padding& padding) const {
    const bool good = padding.cells >= 0 && padding.cells <= kMaxExtent;
    if (!good) fail_at(layer_, "padding: expected 0 to {} cells, found {}", kMaxExtent, padding.cells);
  }
  void check_activation(Activation activation, float alpha) const {
    check_real("alpha", alpha, alpha >= 0, "a number of 0 or more");
    const bool has_alpha = activation == Activation::kLeakyRelu || activation == Activation::kElu ||
                           activation == Activation::kHardSigmoid;
    if (alpha != 0 && !has_alpha) {
      fail_at(layer_, "alpha: expected for leaky_relu, elu or hard_sigmoid only, found with {}",
              activation_name(activation));
    }
  }
  void check_initializer(const char* field, const Initializer& init) const {
    using Kind = Initializer::Kind;
    check_real(field, init.a, true, "finite numbers");
    check_real(field, init.b, true, "finite numbers");
    const bool normal = init.kind == Kind::kRandomNormal || init.kind == Kind::kTruncatedNormal;
    if (normal && init.b < 0) fail_at(layer_, "{}: stddev: expected 0 or more, found {}", field, init.b);
    if (init.kind == Kind::kRandomUniform && init.a > init.b) {
      fail_at(layer_, "{}: expected min of at most max, found min {} and max {}", field, init.a, init.b);
    }
  }
  void check_regularizer(const char* field, const Regularizer& regularizer) const {
    check_real(field, regularizer.l1, regularizer.l1 >= 0, "l1 of 0 or more");
    check_real(field, regularizer.l2, regularizer.l2 >= 0, "l2 of 0 or more");
  }
  template <class L>
  void check_weights(const L& l) const {
    check_initializer("kernel_init", l.kernel_init);
    check_initializer("bias_init", l.bias_init);
    check_regularizer("kernel_regularizer", l.kernel_regularizer);
    check_regularizer("bias_regularizer", l.bias_regularizer);
  }

  Window fitted_window(const Pair& kernel, const Pair& strides, const Padding& padding, const char* field,
                       const Pair& dilation = {1, 1}) const {
    const Pair reach = dilated(kernel, dilation);
    const Window w = window(x_, reach, strides, padding);
    if (w.out_h < 1 || w.out_w < 1) {
      const std::string spread = reach == kernel ? "" : fmt::format(", dilated to [{}, {}]", reach[0], reach[1]);
      fail_at(layer_, "{} [{}, {}]{}: expected at most the padded input, found input {}", field, kernel[0], kernel[1],
              spread, x_.to_string());
    }
    return w;
  }

  template <class L>
  void pool(const L& l) {
    const Shape& x = image();
    check_extents("pool", l.pool);
    const Pair strides = pool_strides(l.pool, l.strides);
    check_extents("strides", strides);
    check_padding(l.padding);
    // A window of padding alone would have no largest cell and no average.
    if (l.padding.cells >= std::min(l.pool[0], l.pool[1])) {
      fail_at(layer_, "padding: expected less than the pool [{}, {}], found {}", l.pool[0], l.pool[1], l.padding.cells);
    }
    const Window w = fitted_window(l.pool, strides, l.padding, "pool");
    set_output({w.out_h, w.out_w, x[2]});
  }

  void set_output(std::initializer_list<int64_t> dims) {
    if (product_within(dims, kMaxActivations) < 0) {
      fail_at(layer_, "output {}: expected at most {} values", Shape(dims).to_string(), kMaxActivations);
    }
    info_.output = Shape(dims);
  }
  using Factors = std::initializer_list<int64_t>;
  void set_params(std::initializer_list<Factors> kernels, int64_t bias) {
    info_.params = bias;
    for (const Factors& kernel : kernels) {
      const int64_t weights = product_within(kernel, kMaxParameters);
      if (weights < 0)
        fail_at(layer_, "kernel {}: expected at most {} weights", Shape(kernel).to_string(), kMaxParameters);
      info_.params += weights;
    }
    info_.trainable = layer_.frozen ? 0 : info_.params;
  }
  // The sum of some products.
  void set_macs(std::initializer_list<Factors> products) {
    for (const Factors& factors : products) {
      const int64_t macs = product_within(factors, kMaxMacs);
      if (macs < 0) fail_at(layer_, "expected at most {} multiply-adds", kMaxMacs);
      info_.macs += macs;
    }
  }

  const Layer& layer_;
  std::span<const Shape> inputs_;
  const Shape& x_;
  LayerInfo& info_;
};

}  // namespace

int64_t product_within(std::initializer_list<int64_t> factors, int64_t limit) {
  int64_t product = 1;
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product) || product > limit) return -1;
  }
  return product;
}

LayerInfo infer_layer(const Layer& layer, std::span<const Shape> inputs) {
  LayerInfo info;
  std::visit(LayerWalk(layer, inputs, info), layer.kind);
  return info;
}

}  // namespace fer
