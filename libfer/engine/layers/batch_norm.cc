// Batch norms, in training with what is joined to them.
#include "kernels/norm/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "engine/kernel_shapes.h"
#include "engine/layers/layers.h"
#include "kernels/window/pool.h"

namespace fer::engine {
namespace {

const Parameter* trainable_bias(const TrainingParts& parts, const JoinedToNorm& joined) {
  if (joined.conv_layer < 0) return nullptr;
  const Parameter* bias = find_parameter(parts.parameters, joined.conv_layer, "bias");
  return bias != nullptr && bias->trainable ? bias : nullptr;
}

// Where the norm's own moments of a batch go; null for a frozen one.
const NormMoments* moments_of(const TrainingParts& parts) {
  const auto& norms = parts.moments.norms;
  const auto found =
      std::find_if(norms.begin(), norms.end(), [&](const NormMoments& m) { return m.layer == parts.operation.layer; });
  return found == norms.end() ? nullptr : &*found;
}

// A batch norm with what is joined to it; frozen ones, whose moments are constants, stand alone.
class BatchNormStep : public TrainingStep {
 public:
  explicit BatchNormStep(const TrainingParts& parts)
      : layer_(std::get<BatchNorm>(parts.operation.kind)),
        moments_(moments_of(parts)),
        joined_(parts.operation.joined.value_or(JoinedToNorm{})),
        channels_(parts.operation.input[parts.operation.input.rank() - 1]),
        pixels_(parts.operation.input.elements() / channels_),
        buffers_(parts.buffers),
        gamma_(find_parameter(parts.parameters, parts.operation.layer, "gamma")),
        beta_(find_parameter(parts.parameters, parts.operation.layer, "beta")),
        moving_mean_(find_parameter(parts.parameters, parts.operation.layer, "moving_mean")),
        moving_variance_(find_parameter(parts.parameters, parts.operation.layer, "moving_variance")),
        bias_(trainable_bias(parts, joined_)) {
    // 1 / standard deviation, and scale and shift, of the batch at hand.
    factors_ = parts.layout.add(3 * padded());
    parts.use_forward(factors_);
    parts.use_backward(factors_);
    if (joined_.pool) {
      const MaxPool2D& pool = *joined_.pool;
      pool_ = pool_shape(pool.pool, pool.strides, pool.padding, parts.operation.input, parts.max_batch);
      // One byte a cell.
      winner_ = parts.layout.add((pool_.y_floats() + 3) / 4);
      parts.use_forward(winner_);
      parts.use_backward(winner_);
    }
    parts.need_scratch(kernels::batch_norm_scratch_floats(parts.max_batch * pixels_, channels_));
    parts.need_scratch(kernels::batch_norm_backward_scratch_floats(gradient_shape(parts.max_batch, pool_)) + padded());
    parts.use_all();
    parts.use_backward(buffers_.x[0]);
  }

  void forward(const TrainingContext& c) override {
    if (moments_ != nullptr) find_moments(c);
    find_factors(c);
    recompute(c);
  }

  // With the factors that forward found.
  void recompute(const TrainingContext& c) override {
    const std::span<float> scale = factor(c, kScale), shift = factor(c, kShift);
    if (joined_.pool) {
      const kernels::PoolShape pool = pool_of(c);
      kernels::max_pool_forward(pool, x(c), c.view(buffers_.y, output_floats()), winner(c),
                                {.scale = scale, .shift = shift, .relu = joined_.relu_after});
    } else {
      kernels::scale_shift(c.n * pixels_, channels_, x(c), scale, shift, joined_.relu_after,
                           c.view(buffers_.y, pixels_ * channels_));
    }
  }

  void backward(const TrainingContext& c) override {
    if (moments_ == nullptr) {
      frozen_backward(c);
      return;
    }
    const kernels::PoolShape pool = pool_of(c);
    kernels::batch_norm_backward(gradient_of(c, pool), gradients_of(c), c.scratch);
  }

  // Statistics of all small batches of the step.
  void forward_together(std::span<const TrainingContext> contexts, const StepSums& sums) override {
    if (moments_ != nullptr) join_moments(contexts, sums);
    for (const TrainingContext& c : contexts) {
      find_factors(c);
      recompute(c);
    }
  }

  void backward_together(std::span<const TrainingContext> contexts, const StepSums& sums) override {
    if (moments_ == nullptr) {
      for (const TrainingContext& c : contexts) frozen_backward(c);
      return;
    }
    const auto two = static_cast<size_t>(2 * channels_);
    std::vector<double> own(contexts.size() * two), all(two);
    for (size_t k = 0; k < contexts.size(); ++k) {
      const kernels::PoolShape pool = pool_of(contexts[k]);
      kernels::batch_norm_backward_sums(gradient_of(contexts[k], pool), std::span(own).subspan(k * two, two),
                                        contexts[k].scratch);
    }
    const std::span<const double> found = sums.gather(own);
    for (size_t i = 0; i < found.size(); ++i) all[i % two] += found[i];
    const int64_t rows = pixels_ * std::accumulate(sums.pictures.begin(), sums.pictures.end(), int64_t{0});
    for (size_t k = 0; k < contexts.size(); ++k) {
      const kernels::PoolShape pool = pool_of(contexts[k]);
      kernels::batch_norm_backward_input(gradient_of(contexts[k], pool), std::span(own).subspan(k * two, two), all,
                                         rows, gradients_of(contexts[k]), contexts[k].scratch);
    }
  }

 private:
  enum Factor { kInverseDeviation, kScale, kShift };

  void find_moments(const TrainingContext& c) const {
    kernels::batch_norm_statistics(c.n * pixels_, channels_, x(c), own_moment(c, moments_->mean),
                                   own_moment(c, moments_->variance), c.scratch);
  }

  void join_moments(std::span<const TrainingContext> contexts, const StepSums& sums) const {
    const auto two = static_cast<size_t>(2 * channels_);
    std::vector<double> own(contexts.size() * two);
    for (size_t k = 0; k < contexts.size(); ++k) {
      kernels::batch_norm_part(contexts[k].n * pixels_, channels_, x(contexts[k]), std::span(own).subspan(k * two, two),
                               contexts[k].scratch);
    }
    const std::span<const double> all = sums.gather(own);
    std::vector<int64_t> rows = sums.pictures;
    for (int64_t& each : rows) each *= pixels_;
    for (const TrainingContext& c : contexts) {
      kernels::join_batch_norm_parts(channels_, rows, all, own_moment(c, moments_->mean),
                                     own_moment(c, moments_->variance));
    }
  }

  void find_factors(const TrainingContext& c) const {
    const std::span<const float> mean = this->mean(c), variance = this->variance(c);
    const std::span<float> inv_std = factor(c, kInverseDeviation), scale = factor(c, kScale), shift = factor(c, kShift);
    const std::span<const float> gamma = part_of(c.weights, gamma_), beta = part_of(c.weights, beta_);
    for (size_t i = 0; i < mean.size(); ++i) {
      inv_std[i] = 1 / std::sqrt(variance[i] + layer_.epsilon);
      scale[i] = gamma[i] * inv_std[i];
      shift[i] = beta[i] - mean[i] * scale[i];
    }
  }

  void frozen_backward(const TrainingContext& c) const {
    if (buffers_.dx[0] == kNoBuffer) return;
    const std::span<float> zero = c.scratch.first(static_cast<size_t>(channels_));
    std::fill(zero.begin(), zero.end(), 0.0f);
    kernels::scale_shift(c.n * pixels_, channels_, c.view(buffers_.dy, pixels_ * channels_), factor(c, kScale), zero,
                         false, c.view(buffers_.dx[0], pixels_ * channels_));
  }

  kernels::BatchNormGradient gradient_shape(int64_t n, const kernels::PoolShape& pool) const {
    kernels::BatchNormGradient gradient;
    gradient.rows = n * pixels_;
    gradient.c = channels_;
    gradient.relu_before = joined_.relu_before;
    gradient.relu_after = joined_.relu_after;
    gradient.pool = joined_.pool ? &pool : nullptr;
    return gradient;
  }

  // `pool` lives as long as the result.
  kernels::BatchNormGradient gradient_of(const TrainingContext& c, const kernels::PoolShape& pool) const {
    kernels::BatchNormGradient gradient = gradient_shape(c.n, pool);
    gradient.x = x(c);
    gradient.dy = c.view(buffers_.dy, output_floats());
    gradient.moments = {.mean = mean(c), .inv_std = factor(c, kInverseDeviation), .gamma = part_of(c.weights, gamma_)};
    gradient.scale = factor(c, kScale);
    gradient.shift = factor(c, kShift);
    if (joined_.pool) gradient.winner = winner(c);
    return gradient;
  }
  kernels::BatchNormGradients gradients_of(const TrainingContext& c) const {
    const bool wanted = buffers_.dx[0] != kNoBuffer;
    return {.dx = wanted ? c.view(buffers_.dx[0], pixels_ * channels_) : std::span<float>(),
            .dgamma = part_of(c.gradients, gamma_),
            .dbeta = part_of(c.gradients, beta_),
            .dbias = part_of(c.gradients, bias_)};
  }

  int64_t padded() const { return (channels_ + 15) / 16 * 16; }
  int64_t output_floats() const { return joined_.pool ? pool_.oh * pool_.ow * pool_.c : pixels_ * channels_; }
  kernels::PoolShape pool_of(const TrainingContext& c) const {
    kernels::PoolShape pool = pool_;
    pool.n = c.n;
    return pool;
  }
  std::span<float> x(const TrainingContext& c) const { return c.view(buffers_.x[0], pixels_ * channels_); }
  std::span<uint8_t> winner(const TrainingContext& c) const {
    return {reinterpret_cast<uint8_t*>(c.at(winner_)), static_cast<size_t>(c.n * output_floats())};
  }
  std::span<float> factor(const TrainingContext& c, Factor which) const {
    return {c.at(factors_) + which * padded(), static_cast<size_t>(channels_)};
  }
  // The moments to normalise with: the batch's own, or a frozen norm's moving ones.
  std::span<const float> mean(const TrainingContext& c) const {
    return moments_ != nullptr ? own_moment(c, moments_->mean) : part_of(c.weights, moving_mean_);
  }
  std::span<const float> variance(const TrainingContext& c) const {
    return moments_ != nullptr ? own_moment(c, moments_->variance) : part_of(c.weights, moving_variance_);
  }
  std::span<float> own_moment(const TrainingContext& c, int64_t offset) const {
    return c.moments.subspan(static_cast<size_t>(offset), static_cast<size_t>(channels_));
  }

  BatchNorm layer_;
  const NormMoments* moments_;  // null: the norm is frozen
  JoinedToNorm joined_;
  int64_t channels_, pixels_;
  kernels::PoolShape pool_;
  TrainingBuffers buffers_;
  const Parameter *gamma_, *beta_, *moving_mean_, *moving_variance_, *bias_;
  BufferId factors_ = kNoBuffer, winner_ = kNoBuffer;
};

// With its moving moments a batch norm is a factor and a summand for each channel.
ScaleShift scale_and_shift(const InferenceParts& parts) {
  const auto values = [&](const char* suffix) {
    return part_of(parts.weights, find_parameter(parts.parameters, parts.operation.layer, suffix));
  };
  const std::span<const float> gamma = values("gamma"), beta = values("beta"), mean = values("moving_mean"),
                               variance = values("moving_variance");
  const double epsilon = std::get<BatchNorm>(parts.operation.kind).epsilon;
  ScaleShift result{std::vector<float>(gamma.size()), std::vector<float>(gamma.size())};
  for (size_t i = 0; i < gamma.size(); ++i) {
    const double scale = gamma[i] / std::sqrt(variance[i] + epsilon);
    result.scale[i] = static_cast<float>(scale);
    result.shift[i] = static_cast<float>(beta[i] - mean[i] * scale);
  }
  return result;
}

class BatchNormInference : public InferenceStep {
 public:
  explicit BatchNormInference(const InferenceParts& parts)
      : values_(scale_and_shift(parts)),
        channels_(static_cast<int64_t>(values_.scale.size())),
        pixels_(parts.operation.output.elements() / channels_) {}

  void run(const InferenceContext& c) const override {
    const int64_t floats = pixels_ * channels_;
    kernels::scale_shift(c.n * pixels_, channels_, c.input(x[0], floats), values_.scale, values_.shift, false,
                         c.output(y, floats));
  }

 private:
  ScaleShift values_;
  int64_t channels_, pixels_;
};

}  // namespace

LayerSteps layer_steps(const BatchNorm&, const Operation& operation) {
  const bool pooled = operation.joined && operation.joined->pool;
  return {
      {.input_in_backward = true,
       .gradient_in_place = !pooled,
       // The value of a convolution that is joined is the norm's alone.
       .gradient_over_input = pooled && operation.joined->conv_layer >= 0,
       .cheap = !pooled},
      make_training<BatchNormStep>,
      make_inference<BatchNormInference>,
      [](const InferenceParts& parts, FusedConv& before) { return before.absorb_batch_norm(scale_and_shift(parts)); }};
}

}  // namespace fer::engine
