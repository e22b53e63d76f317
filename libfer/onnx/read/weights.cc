// Convolutions, dense layers, batch norms: nodes with weights.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "fer/error.h"
#include "network/geometry.h"
#include "network/limits.h"
#include "onnx/read/operators.h"
#include "onnx/read/windows.h"

namespace fer::onnx_file {
namespace {

Constant floats(const Reading& r, const Node& node, int i, size_t rank) {
  Constant constant = r.constant(node, i);
  if (constant.real && constant.dims.size() == rank) return constant;
  throw Error(fmt::format("input {}: expected floats with {} axes, found {} of shape {}", i + 1, rank,
                          constant.real ? "floats" : "int64", shown_dims(constant.dims)));
}

// A vector with a value for each of `count` channels.
Constant channel_floats(const Reading& r, const Node& node, int i, int64_t count) {
  Constant constant = floats(r, node, i, 1);
  if (constant.size() == count) return constant;
  throw Error(fmt::format("input {}: expected {} floats, one per channel, found {}", i + 1, count, constant.size()));
}

Reading::Fill copy_of(const Constant& constant, const Shape& flattened, float factor = 1) {
  return [=](std::span<float> out) {
    for (int64_t i = 0; i < static_cast<int64_t>(out.size()); ++i) {
      out[i] = factor * constant.float_at(file_index(flattened, i));
    }
  };
}

// The convolution with the node's strides, dilation and padding.
Conv2D window_of(Node& node, const Value& x, Conv2D conv) {
  if (const Pair found = extents(node, "kernel_shape", conv.kernel); found != conv.kernel) {
    throw Error(fmt::format("kernel_shape: expected the kernel's [{}], found [{}]", fmt::join(conv.kernel, ", "),
                            fmt::join(found, ", ")));
  }
  conv.strides = extents(node, "strides", {1, 1});
  conv.dilation = extents(node, "dilations", {1, 1});
  conv.padding = padding_of(node, x.shape, dilated(conv.kernel, conv.dilation), conv.strides, x.numbers);
  return conv;
}

// [co, ci, kh, kw] to [kh, kw, ci, co]; ci are the channels of one group, 1 where each has filters of its own.
Reading::Fill filters_last(const Constant& kernel) {
  return [=](std::span<float> out) {
    const int64_t co = kernel.dims[0], ci = kernel.dims[1], cells = kernel.dims[2] * kernel.dims[3];
    for (int64_t cell = 0; cell < cells; ++cell) {
      for (int64_t i = 0; i < ci; ++i) {
        for (int64_t o = 0; o < co; ++o) out[(cell * ci + i) * co + o] = kernel.float_at((o * ci + i) * cells + cell);
      }
    }
  };
}

struct Product {
  bool transposed = false;  // the kernel is [units, inputs]
  float factor = 1;
};

// A dense layer without its bias; of every pixel where the channels come last.
Value add_dense(Reading& r, const Node& node, const Product& product, bool bias) {
  const Value given = r.decided(node, 0, Value::Half::kMerged);
  const bool of_pixels = given.axes == Value::Axes::kChannelsLast;
  const Value x = of_pixels ? given : r.flat(node, 0);
  const Constant kernel = floats(r, node, 1, 2);
  const int64_t inputs = kernel.dims[product.transposed ? 1 : 0], units = kernel.dims[product.transposed ? 0 : 1];
  if (inputs != x.shape[x.shape.rank() - 1]) {
    throw Error(fmt::format("input 2: expected weights for {} inputs, found {} of shape {}",
                            x.shape[x.shape.rank() - 1], inputs, shown_dims(kernel.dims)));
  }
  const Conv2D conv{.filters = units, .kernel = {1, 1}, .bias = bias};
  Value y = r.add_layer(node, of_pixels ? LayerKind(conv) : LayerKind(Dense{.units = units, .bias = bias}), {x});
  y.flattened = {};
  y.half = x.half;
  r.fill(y, "kernel", [=](std::span<float> out) {
    for (int64_t i = 0; i < inputs; ++i) {
      const int64_t k = file_index(x.flattened, i);
      for (int64_t u = 0; u < units; ++u) {
        out[i * units + u] = product.factor * kernel.float_at(product.transposed ? u * inputs + k : k * units + u);
      }
    }
  });
  return y;
}

// The slopes of a PRelu, spread over its input as ONNX does (from the last axis on).
class Slopes {
 public:
  Slopes(Constant slope, const Value& x) : slope_(std::move(slope)), flattened_(x.flattened) {
    if (x.axes == Value::Axes::kChannelsLast)
      throw Error("input 1: expected [n, c, h, w] or [n, k], found [n, h, w, c]");
    if (!slope_.real) throw Error("input 2: expected floats, found int64");
    const Dims wanted = file_dims(x);
    Dims found = slope_.dims;
    if (found.size() == wanted.size() + 1 && found[0] == 1) found.erase(found.begin());
    bool fits = found.size() <= wanted.size();
    if (fits) found.insert(found.begin(), wanted.size() - found.size(), 1);
    for (size_t axis = 0; fits && axis < wanted.size(); ++axis) fits = found[axis] == 1 || found[axis] == wanted[axis];
    if (!fits) {
      throw Error(
          fmt::format("input 2: expected slopes for {}, found {}", shown_dims(wanted), shown_dims(slope_.dims)));
    }
    picture_ = x.shape.rank() == 3 ? x.shape : Shape{1, 1, x.shape[0]};
    c_ = found[0] > 1;
    h_ = found.size() > 1 && found[1] > 1;
    w_ = found.size() > 2 && found[2] > 1;
  }

  bool shared() const { return !h_ && !w_; }

  // The i-th alpha, in libfer's order.
  float at(int64_t i) const {
    if (flattened_.rank() != 0) return slope_.float_at(c_ ? file_index(flattened_, i) : 0);
    const int64_t c = i % picture_[2], x = i / picture_[2] % picture_[1], y = i / picture_[2] / picture_[1];
    int64_t index = c_ ? c : 0;
    if (h_) index = index * picture_[0] + y;
    if (w_) index = index * picture_[1] + x;
    return slope_.float_at(index);
  }

 private:
  Constant slope_;
  Shape flattened_, picture_;
  bool c_ = false, h_ = false, w_ = false;  // whether they differ along this axis
};

}  // namespace

void read_conv(Reading& r, Node& node) {
  node.expect_inputs(2, 3);
  const Value x = r.picture_or_pixel(node, 0, Value::Half::kPadded);
  const Constant kernel = floats(r, node, 1, 4);
  const int64_t channels = x.shape[2], filters = kernel.dims[0], groups = node.integer("group", 1);
  if (groups < 1 || channels % groups != 0)
    throw Error(fmt::format("group: expected a divisor of the input's {} channels, found {}", channels, groups));
  if (kernel.dims[1] != channels / groups || filters < groups || filters % groups != 0) {
    throw Error(fmt::format("input 2: expected a kernel for {} channels in {} groups, found {} of shape {}", channels,
                            groups, kernel.dims[1], shown_dims(kernel.dims)));
  }
  const bool bias = node.has_input(2);
  const Conv2D all = window_of(
      node, x, {.filters = filters, .kernel = {kernel.dims[2], kernel.dims[3]}, .groups = groups, .bias = bias});
  const DepthwiseConv2D each{.kernel = all.kernel,
                             .strides = all.strides,
                             .padding = all.padding,
                             .depth_multiplier = filters / groups,
                             .bias = bias};
  // (A depthwise convolution has no dilation.)
  const bool depthwise = groups > 1 && groups == channels && all.dilation == Pair{1, 1};
  const Value y = r.add_layer(node, depthwise ? LayerKind(each) : LayerKind(all), {x});
  r.fill(y, "kernel", filters_last(kernel));
  if (bias) r.fill(y, "bias", copy_of(channel_floats(r, node, 2, filters), {}));
  r.give(node, y);
}

void read_gemm(Reading& r, Node& node) {
  node.expect_inputs(2, 3);
  node.expect_integer("transA", 0, 0);
  const Product product = {node.integer("transB", 0) != 0, node.real("alpha", 1)};
  const float beta = node.real("beta", 1);
  const Value y = add_dense(r, node, product, node.has_input(2));
  if (node.has_input(2)) {
    Constant bias = r.constant(node, 2);
    const int64_t units = y.shape[y.shape.rank() - 1], last = bias.dims.empty() ? 1 : bias.dims.back();
    const bool fits = bias.real && bias.dims.size() <= 2 && bias.size() == last && (last == units || last == 1);
    if (!fits) throw Error(fmt::format("input 3: expected {} floats, found shape {}", units, shown_dims(bias.dims)));
    r.fill(y, "bias", [=](std::span<float> out) {
      for (int64_t u = 0; u < units; ++u) out[u] = beta * bias.float_at(last == 1 ? 0 : u);
    });
  }
  r.give(node, y);
}

void read_matmul(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  r.give(node, add_dense(r, node, {}, false));
}

void read_batch_normalization(Reading& r, Node& node) {
  node.expect_inputs(5, 5);
  node.expect_integer("training_mode", 0, 0);
  node.expect_integer("spatial", 1, 1);
  const Value x = r.channels_first(node, 0);
  if (x.axes == Value::Axes::kChannelsLast) throw Error("input 1: expected [n, c, h, w] or [n, k], found [n, h, w, c]");
  const BatchNorm norm = {.epsilon = node.real("epsilon", 1e-5f), .momentum = node.real("momentum", 0.9f)};
  Value y = r.add_layer(node, norm, {x});
  const int64_t channels = x.shape[x.shape.rank() - 1];
  const char* const roles[] = {"gamma", "beta", "moving_mean", "moving_variance"};
  float first[4];
  for (int i = 0; i < 4; ++i) {
    const Constant values = channel_floats(r, node, i + 1, channels);
    r.fill(y, roles[i], copy_of(values, x.flattened));
    first[i] = values.float_at(0);
  }
  if (x.first_channel) {
    const float scale = first[0] / std::sqrt(first[3] + norm.epsilon);
    y.first_channel = after(*x.first_channel, {scale, first[1] - first[2] * scale});
  }
  r.give(node, y);
}

// One slope for all is a leaky_relu's; else there is one per channel, or one per value.
void read_prelu(Reading& r, Node& node) {
  node.expect_inputs(2, 2);
  const Value x = r.channels_first(node, 0);
  const Constant slope = r.constant(node, 1);
  if (slope.real && slope.size() == 1 && slope.float_at(0) > 0) {
    const ActivationLayer leaky{Activation::kLeakyRelu, slope.float_at(0)};
    return r.give(node, r.add_layer(node, leaky, {x}));
  }
  const Slopes slopes(slope, x);
  const Value y = r.add_layer(node, PRelu{.shared = slopes.shared()}, {x});
  r.fill(y, "alpha", [=](std::span<float> out) {
    for (int64_t i = 0; i < static_cast<int64_t>(out.size()); ++i) out[i] = slopes.at(i);
  });
  r.give(node, y);
}

}  // namespace fer::onnx_file
