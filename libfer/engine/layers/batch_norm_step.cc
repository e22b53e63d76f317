#include <algorithm>
#include <cmath>

#include "engine/kernel_shapes.h"
#include "engine/training/training_step.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/window/pool.h"

namespace fer::engine {
namespace {

const Parameter* trainable_bias(const StepBuilder& b, const JoinedToNorm& joined) {
  if (joined.conv_layer < 0) return nullptr;
  const Parameter* bias = find_parameter(b.parameters, joined.conv_layer, "bias");
  return bias != nullptr && bias->trainable ? bias : nullptr;
}

// Where the norm's own moments of a batch go; null for a frozen one.
const NormMoments* moments_of(const StepBuilder& b) {
  const auto& norms = b.moments.norms;
  const auto found =
      std::find_if(norms.begin(), norms.end(), [&](const NormMoments& m) { return m.layer == b.node.layer; });
  return found == norms.end() ? nullptr : &*found;
}

// A batch norm with what is joined to it; frozen ones, whose moments are constants, stand alone.
class BatchNormStep : public TrainingStep {
 public:
  explicit BatchNormStep(const StepBuilder& b)
      : layer_(std::get<BatchNorm>(b.node.kind)),
        moments_(moments_of(b)),
        joined_(b.node.joined.value_or(JoinedToNorm{})),
        channels_(b.node.input[b.node.input.rank() - 1]),
        pixels_(b.node.input.elements() / channels_),
        buffers_(b.buffers),
        gamma_(find_parameter(b.parameters, b.node.layer, "gamma")),
        beta_(find_parameter(b.parameters, b.node.layer, "beta")),
        moving_mean_(find_parameter(b.parameters, b.node.layer, "moving_mean")),
        moving_variance_(find_parameter(b.parameters, b.node.layer, "moving_variance")),
        bias_(trainable_bias(b, joined_)) {
    // 1 / standard deviation, and scale and shift, of the batch at hand.
    factors_ = b.layout.add(3 * padded());
    b.use_forward(factors_);
    b.use_backward(factors_);
    if (joined_.pool) {
      const MaxPool2D& pool = *joined_.pool;
      pool_ = pool_shape(pool.pool, pool.strides, pool.padding, b.node.input, b.max_batch);
      // One byte a cell.
      winner_ = b.layout.add((pool_.y_floats() + 3) / 4);
      b.use_forward(winner_);
      b.use_backward(winner_);
    }
    b.need_scratch(kernels::batch_norm_scratch_floats(b.max_batch * pixels_, channels_));
    b.need_scratch(kernels::batch_norm_backward_scratch_floats(gradient_shape(b.max_batch, pool_)) + padded());
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.x[0]);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override {
    if (moments_ != nullptr) find_moments(c);
    find_factors(c);
    recompute(c);
  }

  // With the factors that forward found.
  void recompute(const StepContext& c) override {
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

  void backward(const StepContext& c) override {
    if (moments_ == nullptr) {
      frozen_backward(c);
      return;
    }
    const kernels::PoolShape pool = pool_of(c);
    kernels::BatchNormGradient gradient = gradient_shape(c.n, pool);
    gradient.x = x(c);
    gradient.dy = c.view(buffers_.dy, output_floats());
    gradient.moments = {.mean = mean(c), .inv_std = factor(c, kInverseDeviation), .gamma = part_of(c.weights, gamma_)};
    gradient.scale = factor(c, kScale);
    gradient.shift = factor(c, kShift);
    if (joined_.pool) gradient.winner = winner(c);
    const bool wanted = buffers_.dx[0] != kNoBuffer;
    kernels::batch_norm_backward(gradient,
                                 {.dx = wanted ? c.view(buffers_.dx[0], pixels_ * channels_) : std::span<float>(),
                                  .dgamma = part_of(c.gradients, gamma_),
                                  .dbeta = part_of(c.gradients, beta_),
                                  .dbias = part_of(c.gradients, bias_)},
                                 c.scratch);
  }

 private:
  enum Factor { kInverseDeviation, kScale, kShift };

  void find_moments(const StepContext& c) const {
    kernels::batch_norm_statistics(c.n * pixels_, channels_, x(c), own_moment(c, moments_->mean),
                                   own_moment(c, moments_->variance), c.scratch);
  }

  void find_factors(const StepContext& c) const {
    const std::span<const float> mean = this->mean(c), variance = this->variance(c);
    const std::span<float> inv_std = factor(c, kInverseDeviation), scale = factor(c, kScale), shift = factor(c, kShift);
    const std::span<const float> gamma = part_of(c.weights, gamma_), beta = part_of(c.weights, beta_);
    for (size_t i = 0; i < mean.size(); ++i) {
      inv_std[i] = 1 / std::sqrt(variance[i] + layer_.epsilon);
      scale[i] = gamma[i] * inv_std[i];
      shift[i] = beta[i] - mean[i] * scale[i];
    }
  }

  void frozen_backward(const StepContext& c) const {
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

  int64_t padded() const { return (channels_ + 15) / 16 * 16; }
  int64_t output_floats() const { return joined_.pool ? pool_.oh * pool_.ow * pool_.c : pixels_ * channels_; }
  kernels::PoolShape pool_of(const StepContext& c) const {
    kernels::PoolShape pool = pool_;
    pool.n = c.n;
    return pool;
  }
  std::span<float> x(const StepContext& c) const { return c.view(buffers_.x[0], pixels_ * channels_); }
  std::span<uint8_t> winner(const StepContext& c) const {
    return {reinterpret_cast<uint8_t*>(c.at(winner_)), static_cast<size_t>(c.n * output_floats())};
  }
  std::span<float> factor(const StepContext& c, Factor which) const {
    return {c.at(factors_) + which * padded(), static_cast<size_t>(channels_)};
  }
  // The moments to normalise with: the batch's own, or a frozen norm's moving ones.
  std::span<const float> mean(const StepContext& c) const {
    return moments_ != nullptr ? own_moment(c, moments_->mean) : part_of(c.weights, moving_mean_);
  }
  std::span<const float> variance(const StepContext& c) const {
    return moments_ != nullptr ? own_moment(c, moments_->variance) : part_of(c.weights, moving_variance_);
  }
  std::span<float> own_moment(const StepContext& c, int64_t offset) const {
    return c.moments.subspan(static_cast<size_t>(offset), static_cast<size_t>(channels_));
  }

  BatchNorm layer_;
  const NormMoments* moments_;  // null: the norm is frozen
  JoinedToNorm joined_;
  int64_t channels_, pixels_;
  kernels::PoolShape pool_;
  StepBuffers buffers_;
  const Parameter *gamma_, *beta_, *moving_mean_, *moving_variance_, *bias_;
  BufferId factors_ = kNoBuffer, winner_ = kNoBuffer;
};

}  // namespace

std::unique_ptr<TrainingStep> make_batch_norm_step(const StepBuilder& b) { return std::make_unique<BatchNormStep>(b); }

}  // namespace fer::engine
