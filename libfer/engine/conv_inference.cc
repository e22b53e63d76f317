// Convolutions and dense layers in inference: what follows folded in, weights laid out once.
#include <cmath>

#include "engine/inference_step.h"
#include "engine/shapes.h"
#include "kernels/batch_norm.h"
#include "kernels/conv.h"

namespace fer::engine {
namespace {

// Weights are laid out for one algorithm, chosen for batches of this size.
constexpr int64_t kTypicalBatch = 64;

std::vector<float> copy_of(std::span<const float> weights, const Parameter* p) {
  if (p == nullptr) return {};
  const auto from = weights.subspan(static_cast<size_t>(p->offset), static_cast<size_t>(p->shape.elements()));
  return {from.begin(), from.end()};
}

kernels::ConvShape shape_of(const Node& node, int64_t n) {
  if (const auto* conv = std::get_if<Conv2D>(&node.kind)) return conv_shape(*conv, node.input, n);
  return dense_shape(std::get<Dense>(node.kind), node.input, n);
}

class ConvInference : public InferenceStep {
 public:
  ConvInference(const Node& node, const FusedConv& fused)
      : shape_(shape_of(node, kTypicalBatch)), bias_(fused.bias), after_(fused.after), relu_(fused.relu) {
    algorithm_ = kernels::conv_choose(shape_, kernels::ConvPass::kForward);
    const int64_t floats = kernels::conv_prepared_floats(shape_, algorithm_);
    prepared_ = std::make_unique<ArenaMemory>(floats);
    prepared_floats_ = static_cast<size_t>(floats);
    kernels::conv_prepare_weights(shape_, algorithm_, fused.kernel, {prepared_->data(), prepared_floats_});
  }

  int64_t scratch_floats(int64_t n) const override {
    return kernels::conv_forward_prepared_scratch_floats(with_n(n), algorithm_);
  }

  void run(const InferenceContext& c) const override {
    const kernels::ConvEpilogue epilogue{
        .bias = pointer(bias_), .relu = relu_, .scale = pointer(after_.scale), .shift = pointer(after_.shift)};
    kernels::conv_forward_prepared(with_n(c.n), algorithm_, c.input(x[0], shape_.h * shape_.w * shape_.ci),
                                   {prepared_->data(), prepared_floats_}, epilogue,
                                   c.output(y, shape_.oh * shape_.ow * shape_.co), c.scratch);
  }

 private:
  static const float* pointer(const std::vector<float>& values) { return values.empty() ? nullptr : values.data(); }
  kernels::ConvShape with_n(int64_t n) const {
    kernels::ConvShape s = shape_;
    s.n = n;
    return s;
  }

  kernels::ConvShape shape_;
  kernels::ConvAlgorithm algorithm_;
  std::unique_ptr<ArenaMemory> prepared_;
  size_t prepared_floats_ = 0;
  std::vector<float> bias_;
  ScaleShift after_;
  bool relu_;
};

class ScaleShiftInference : public InferenceStep {
 public:
  ScaleShiftInference(const Node& node, ScaleShift values)
      : channels_(static_cast<int64_t>(values.scale.size())),
        pixels_(node.output.elements() / channels_),
        values_(std::move(values)) {}

  void run(const InferenceContext& c) const override {
    const int64_t floats = pixels_ * channels_;
    kernels::scale_shift(c.n * pixels_, channels_, c.input(x[0], floats), values_.scale, values_.shift, false,
                         c.output(y, floats));
  }

 private:
  int64_t channels_, pixels_;
  ScaleShift values_;
};

}  // namespace

ScaleShift frozen_batch_norm(const Node& node, const ParameterLayout& layout, std::span<const float> weights) {
  const auto gamma = copy_of(weights, find_parameter(layout, node.layer, "gamma")),
             beta = copy_of(weights, find_parameter(layout, node.layer, "beta"));
  const auto mean = copy_of(weights, find_parameter(layout, node.layer, "moving_mean"));
  const auto variance = copy_of(weights, find_parameter(layout, node.layer, "moving_variance"));
  const double epsilon = std::get<BatchNorm>(node.kind).epsilon;
  ScaleShift result{std::vector<float>(gamma.size()), std::vector<float>(gamma.size())};
  for (size_t i = 0; i < gamma.size(); ++i) {
    const double scale = gamma[i] / std::sqrt(variance[i] + epsilon);
    result.scale[i] = static_cast<float>(scale);
    result.shift[i] = static_cast<float>(beta[i] - mean[i] * scale);
  }
  return result;
}

bool FusedConv::absorb_batch_norm(const ScaleShift& norm) {
  const size_t channels = norm.scale.size();
  if (!relu && after.scale.empty()) {
    for (size_t i = 0; i < kernel.size(); ++i) kernel[i] *= norm.scale[i % channels];
    bias.resize(channels, 0.0f);
    for (size_t i = 0; i < channels; ++i) bias[i] = bias[i] * norm.scale[i] + norm.shift[i];
    return true;
  }
  if (after.scale.empty()) {
    after = norm;
    return true;
  }
  for (size_t i = 0; i < channels; ++i) {
    after.scale[i] *= norm.scale[i];
    after.shift[i] = after.shift[i] * norm.scale[i] + norm.shift[i];
  }
  return true;
}

bool FusedConv::absorb_relu() {
  if (!after.scale.empty()) return false;
  relu = true;
  return true;
}

FusedConv fused_conv(const Node& node, const ParameterLayout& layout, std::span<const float> weights) {
  FusedConv fused;
  fused.kernel = copy_of(weights, find_parameter(layout, node.layer, "kernel"));
  fused.bias = copy_of(weights, find_parameter(layout, node.layer, "bias"));
  const auto* conv = std::get_if<Conv2D>(&node.kind);
  const Activation activation = conv != nullptr ? conv->activation : std::get<Dense>(node.kind).activation;
  fused.relu = activation == Activation::kRelu;
  return fused;
}

std::unique_ptr<InferenceStep> make_conv_inference(const Node& node, const FusedConv& fused) {
  return std::make_unique<ConvInference>(node, fused);
}

std::unique_ptr<InferenceStep> make_scale_shift_inference(const Node& node, ScaleShift values) {
  return std::make_unique<ScaleShiftInference>(node, std::move(values));
}

}  // namespace fer::engine
