#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "fer/weights.h"
#include "network/one_of.h"

namespace fer {
namespace {

constexpr int64_t kAlignment = 16;  // floats: one cache line
constexpr int64_t kGrain = 1 << 14;

int64_t aligned(int64_t floats) { return (floats + kAlignment - 1) / kAlignment * kAlignment; }

// The parameters of one layer, in order, without offsets.
class ParameterList {
 public:
  ParameterList(const Layer& layer, int index, const Shape& input, std::vector<Parameter>& out)
      : layer_(layer), index_(index), input_(input), out_(out) {}

  void operator()(const Conv2D& l) {
    kernel(l, {l.kernel[0], l.kernel[1], input_[2] / l.groups, l.filters}, l.filters);
  }
  // (So shaped, Glorot's and He's fan-in and fan-out are those of Keras.)
  void operator()(const DepthwiseConv2D& l) {
    kernel(l, {l.kernel[0], l.kernel[1], input_[2], l.depth_multiplier}, input_[2] * l.depth_multiplier);
  }
  void operator()(const SeparableConv2D& l) {
    append("depthwise_kernel", {l.kernel[0], l.kernel[1], input_[2], l.depth_multiplier}, l.depthwise_init)
        .regularizer = l.depthwise_regularizer;
    append("pointwise_kernel", {1, 1, input_[2] * l.depth_multiplier, l.filters}, l.pointwise_init).regularizer =
        l.pointwise_regularizer;
    if (l.bias) append("bias", {l.filters}, l.bias_init).regularizer = l.bias_regularizer;
  }
  void operator()(const Dense& l) { kernel(l, {input_[0], l.units}, l.units); }

  void operator()(const BatchNorm&) {
    const Shape channels = {input_[input_.rank() - 1]};
    const Initializer zeros = {}, ones = {Initializer::Kind::kOnes};
    append("gamma", channels, ones);
    append("beta", channels, zeros);
    append("moving_mean", channels, zeros).trainable = false;
    append("moving_variance", channels, ones).trainable = false;
  }

  void operator()(const PRelu& l) {
    append("alpha", l.shared ? Shape{input_[input_.rank() - 1]} : input_, l.alpha_init).regularizer =
        l.alpha_regularizer;
  }

  // Kinds without parameters.
  template <OneOf<ActivationLayer, MaxPool2D, AveragePool2D, GlobalAveragePool2D, GlobalMaxPool2D, Dropout, Flatten,
                  Reshape, Crop2D, UpSample2D, Add, Multiply, Concat, ZeroPad2D, Resize>
                L>
  void operator()(const L&) {}

 private:
  Parameter& append(const char* role, Shape shape, const Initializer& init) {
    Parameter parameter;
    parameter.name = layer_.name + "/" + role;
    parameter.shape = std::move(shape);
    parameter.layer = index_;
    parameter.trainable = !layer_.frozen;
    parameter.init = init;
    return out_.emplace_back(std::move(parameter));
  }

  template <class L>
  void kernel(const L& l, const Shape& shape, int64_t outputs) {
    append("kernel", shape, l.kernel_init).regularizer = l.kernel_regularizer;
    if (l.bias) append("bias", {outputs}, l.bias_init).regularizer = l.bias_regularizer;
  }

  const Layer& layer_;
  int index_;
  const Shape& input_;
  std::vector<Parameter>& out_;
};

// In the order of the layers, without offsets.
std::vector<Parameter> parameters_by_layer(const Network& network) {
  const std::vector<LayerInfo> infos = infer(network);
  std::vector<Parameter> parameters;
  for (size_t i = 0; i < infos.size(); ++i) {
    const int input = infos[i].inputs[0];
    const Shape& shape = input < 0 ? network.input : infos[input].output;
    std::visit(ParameterList(network.layers[i], static_cast<int>(i), shape, parameters), network.layers[i].kind);
  }
  return parameters;
}

struct Fans {
  double in = 0, out = 0;
};
Fans fans(const Shape& shape) {
  double receptive = 1;
  for (size_t axis = 0; axis + 2 < shape.rank(); ++axis) receptive *= static_cast<double>(shape[axis]);
  const double out = static_cast<double>(shape[shape.rank() - 1]);
  const double in = shape.rank() > 1 ? static_cast<double>(shape[shape.rank() - 2]) : out;
  return {in * receptive, out * receptive};
}

// An initialiser brought down to one of three forms.
struct Draw {
  enum class Form { kConstant, kUniform, kNormal, kTruncatedNormal };
  Form form = Form::kConstant;
  double a = 0, b = 0;  // the constant; low and high; mean and standard deviation
};

// Keras widens the normal before cutting it at two deviations, so that what is left has the wanted variance: this is
// the deviation of a standard normal cut there.
constexpr double kTruncatedDeviation = 0.87962566103423978;

Draw draw_of(const Initializer& init, const Shape& shape) {
  using Kind = Initializer::Kind;
  using Form = Draw::Form;
  const Fans f = fans(shape);
  const auto uniform = [](double limit) { return Draw{Form::kUniform, -limit, limit}; };
  const auto truncated = [](double variance) {
    return Draw{Form::kTruncatedNormal, 0, std::sqrt(variance) / kTruncatedDeviation};
  };
  switch (init.kind) {
    case Kind::kZeros:
      return {Form::kConstant, 0};
    case Kind::kOnes:
      return {Form::kConstant, 1};
    case Kind::kConstant:
      return {Form::kConstant, init.a};
    case Kind::kGlorotUniform:
      return uniform(std::sqrt(6 / (f.in + f.out)));
    case Kind::kGlorotNormal:
      return truncated(2 / (f.in + f.out));
    case Kind::kHeUniform:
      return uniform(std::sqrt(6 / f.in));
    case Kind::kHeNormal:
      return truncated(2 / f.in);
    case Kind::kRandomUniform:
      return {Form::kUniform, init.a, init.b};
    case Kind::kRandomNormal:
      return {Form::kNormal, init.a, init.b};
    case Kind::kTruncatedNormal:
      return {Form::kTruncatedNormal, init.a, init.b};
  }
  return {};
}

// Element i of a parameter. A draw outside two deviations is made again from the next stream, b.
float drawn(const Draw& draw, RandomStream stream, int64_t i) {
  const auto index = static_cast<uint64_t>(i);
  switch (draw.form) {
    case Draw::Form::kConstant:
      break;
    case Draw::Form::kUniform:
      return static_cast<float>(draw.a + (draw.b - draw.a) * random_unit(stream, index));
    case Draw::Form::kNormal:
      return static_cast<float>(draw.a + draw.b * random_normal(stream, index));
    case Draw::Form::kTruncatedNormal: {
      double z = random_normal(stream, index);
      for (; std::abs(z) > 2; z = random_normal(stream, index)) ++stream.b;
      return static_cast<float>(draw.a + draw.b * z);
    }
  }
  return static_cast<float>(draw.a);
}

void fill(const Draw& draw, const RandomStream& stream, std::span<float> values) {
  parallel_ranges(static_cast<int64_t>(values.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) values[i] = drawn(draw, stream, i);
  });
}

}  // namespace

ParameterLayout parameter_layout(const Network& network) {
  ParameterLayout layout;
  layout.parameters = parameters_by_layer(network);
  std::stable_partition(layout.parameters.begin(), layout.parameters.end(),
                        [](const Parameter& parameter) { return parameter.trainable; });
  int64_t floats = 0;
  for (Parameter& parameter : layout.parameters) {
    parameter.offset = floats;
    floats += aligned(parameter.shape.elements());
    if (parameter.trainable) layout.trainable_floats = floats;
  }
  layout.total_floats = floats;
  return layout;
}

Weights::Weights(const Network& network) : layout(parameter_layout(network)), values(Shape{layout.total_floats}) {}

Weights initialize(const Network& network, uint64_t seed) {
  Weights weights(network);
  // A parameter's stream is its place among the layers, so freezing a layer leaves all first values as they are.
  uint32_t place = 0;
  for (const Parameter& by_layer : parameters_by_layer(network)) {
    const auto& parameters = weights.layout.parameters;
    const auto parameter =
        std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == by_layer.name; });
    const RandomStream stream = {.seed = seed, .use = RandomUse::kInitializer, .a = place++};
    fill(draw_of(parameter->init, parameter->shape), stream, weights.of(*parameter));
  }
  return weights;
}

}  // namespace fer
