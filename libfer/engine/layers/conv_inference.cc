// Convolutions and dense layers in inference: what follows folded in, weights laid out once for each size of batch.
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "engine/inference/inference_step.h"
#include "engine/kernel_shapes.h"
#include "kernels/conv/conv.h"
#include "kernels/norm/batch_norm.h"

namespace fer::engine {
namespace {

// Workspaces come in three sizes, as the best algorithm, and with it the form of the weights, depends on the batch.
constexpr std::array<int64_t, 3> kLargestBatches = {2, 16, INT64_MAX};
constexpr std::array<int64_t, 3> kTypicalBatches = {1, 8, 64};

size_t size_of(int64_t max_batch) {
  return static_cast<size_t>(std::lower_bound(kLargestBatches.begin(), kLargestBatches.end(), max_batch) -
                             kLargestBatches.begin());
}

std::span<const float> values_of(std::span<const float> weights, const Parameter& p) {
  return weights.subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.shape.elements()));
}

std::vector<float> copy_of(std::span<const float> weights, const Parameter* p) {
  if (p == nullptr) return {};
  const auto from = values_of(weights, *p);
  return {from.begin(), from.end()};
}

// Weights laid out for one algorithm.
struct PreparedConv {
  PreparedConv(const kernels::ConvShape& s, kernels::ConvAlgorithm algorithm, const FusedConv& fused)
      : algorithm(algorithm), memory(kernels::conv_prepared_floats(s, algorithm)) {
    const std::vector<float> scaled = fused.kernel_scale.empty() ? std::vector<float>() : fused.scaled_kernel();
    kernels::conv_prepare_weights(s, algorithm, scaled.empty() ? fused.kernel : scaled, values(s));
  }

  std::span<float> values(const kernels::ConvShape& s) const {
    return {memory.data(), static_cast<size_t>(kernels::conv_prepared_floats(s, algorithm))};
  }

  kernels::ConvAlgorithm algorithm;
  ArenaMemory memory;
};

class ConvInference : public InferenceStep {
 public:
  ConvInference(const Node& node, FusedConv fused)
      : shape_(conv_shape(node, 1)), layer_(node.layer), fused_(std::move(fused)) {}

  void prepare(int64_t max_batch) override {
    const size_t size = size_of(max_batch);
    const kernels::ConvAlgorithm algorithm = kernels::conv_choose_prepared(with_n(kTypicalBatches[size]));
    const std::lock_guard lock(mutex_);
    if (of_size_[size] != nullptr) return;
    auto found = std::find_if(made_.begin(), made_.end(), [&](const auto& it) { return it->algorithm == algorithm; });
    if (found == made_.end()) {
      made_.push_back(std::make_unique<PreparedConv>(shape_, algorithm, fused_));
      found = made_.end() - 1;
    }
    of_size_[size] = found->get();
  }

  int64_t scratch_floats(int64_t max_batch) const override {
    return kernels::conv_forward_prepared_scratch_floats(with_n(max_batch), prepared_for(max_batch).algorithm);
  }

  void run(const InferenceContext& c) const override {
    const PreparedConv& prepared = prepared_for(c.max_batch);
    const std::span<const float> input = c.input(x[0], shape_.h * shape_.w * shape_.ci);
    if (c.observer != nullptr) (*c.observer)(layer_, input);
    kernels::conv_forward_prepared(with_n(c.n), prepared.algorithm, input, prepared.values(shape_), fused_.epilogue(),
                                   c.output(y, shape_.oh * shape_.ow * shape_.co), c.scratch);
  }

 private:
  const PreparedConv& prepared_for(int64_t max_batch) const { return *of_size_[size_of(max_batch)]; }
  kernels::ConvShape with_n(int64_t n) const {
    kernels::ConvShape s = shape_;
    s.n = n;
    return s;
  }

  kernels::ConvShape shape_;
  int layer_;
  FusedConv fused_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<PreparedConv>> made_;
  std::array<std::atomic<const PreparedConv*>, kTypicalBatches.size()> of_size_ = {};
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

Activation fused_activation(const LayerKind& kind) {
  if (const auto* conv = std::get_if<Conv2D>(&kind)) return conv->activation;
  if (const auto* depthwise = std::get_if<DepthwiseConv2D>(&kind)) return depthwise->activation;
  return std::get<Dense>(kind).activation;
}

}  // namespace

kernels::ConvShape conv_shape(const Node& node, int64_t n) {
  if (const auto* conv = std::get_if<Conv2D>(&node.kind)) return conv_shape(*conv, node.input, n);
  return dense_shape(std::get<Dense>(node.kind), node.input, n);
}

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

std::vector<float> FusedConv::scaled_kernel() const {
  std::vector<float> scaled(kernel.begin(), kernel.end());
  if (kernel_scale.empty()) return scaled;
  for (size_t i = 0; i < scaled.size(); ++i) scaled[i] *= kernel_scale[i % kernel_scale.size()];
  return scaled;
}

bool FusedConv::absorb_batch_norm(const ScaleShift& norm) {
  const size_t channels = norm.scale.size();
  if (!relu && after.scale.empty()) {
    kernel_scale.resize(channels, 1.0f);
    bias.resize(channels, 0.0f);
    for (size_t i = 0; i < channels; ++i) kernel_scale[i] *= norm.scale[i];
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

bool FusedConv::absorb_relu(float cap) {
  if (!after.scale.empty()) return false;
  relu = true;
  relu_cap = std::min(relu_cap, cap);
  return true;
}

kernels::ConvEpilogue FusedConv::epilogue() const {
  const auto pointer = [](const std::vector<float>& values) { return values.empty() ? nullptr : values.data(); };
  return {.bias = pointer(bias),
          .relu = relu,
          .relu_cap = relu_cap,
          .scale = pointer(after.scale),
          .shift = pointer(after.shift)};
}

FusedConv fused_conv(const Node& node, const ParameterLayout& layout, std::span<const float> weights) {
  FusedConv fused;
  fused.kernel = values_of(weights, *find_parameter(layout, node.layer, node.kernel));
  fused.bias = copy_of(weights, find_parameter(layout, node.layer, node.bias));
  const Activation activation = fused_activation(node.kind);
  fused.relu = activation == Activation::kRelu;
  return fused;
}

std::unique_ptr<InferenceStep> make_conv_inference(const Node& node, FusedConv fused) {
  return std::make_unique<ConvInference>(node, std::move(fused));
}

std::unique_ptr<InferenceStep> make_scale_shift_inference(const Node& node, ScaleShift values) {
  return std::make_unique<ScaleShiftInference>(node, std::move(values));
}

}  // namespace fer::engine
