#include <algorithm>
#include <cmath>

#include "engine/training_step.h"
#include "kernels/batch_norm.h"

namespace fer::engine {
namespace {

class BatchNormStep : public TrainingStep {
 public:
  explicit BatchNormStep(const StepBuilder& b)
      : layer_(std::get<BatchNorm>(b.node.kind)),
        frozen_(b.node.frozen),
        channels_(b.node.output[b.node.output.rank() - 1]),
        pixels_(b.node.output.elements() / channels_),
        buffers_(b.buffers),
        gamma_(find_parameter(b.parameters, b.node.layer, "gamma")),
        beta_(find_parameter(b.parameters, b.node.layer, "beta")),
        moving_mean_(find_parameter(b.parameters, b.node.layer, "moving_mean")),
        moving_variance_(find_parameter(b.parameters, b.node.layer, "moving_variance")) {
    // Mean, variance, 1 / standard deviation, and scale and shift, of the batch at hand.
    moments_ = b.layout.add(5 * padded());
    b.use_forward(moments_);
    b.use_backward(moments_);
    b.need_scratch(kernels::batch_norm_scratch_floats(b.max_batch * pixels_, channels_) + 2 * padded());
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.x[0]);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override {
    const int64_t rows = c.n * pixels_;
    const std::span<float> x = c.view(buffers_.x[0], pixels_ * channels_);
    const std::span<float> mean = moment(c, 0), variance = moment(c, 1), inv_std = moment(c, 2), scale = moment(c, 3),
                           shift = moment(c, 4);
    const std::span<float> moving_mean = part_of(c.weights, moving_mean_),
                           moving_variance = part_of(c.weights, moving_variance_);
    if (frozen_) {
      std::copy(moving_mean.begin(), moving_mean.end(), mean.begin());
      std::copy(moving_variance.begin(), moving_variance.end(), variance.begin());
    } else {
      kernels::batch_norm_statistics(rows, channels_, x, mean, variance, c.scratch);
      for (size_t i = 0; i < mean.size(); ++i) {
        moving_mean[i] = layer_.momentum * moving_mean[i] + (1 - layer_.momentum) * mean[i];
        moving_variance[i] = layer_.momentum * moving_variance[i] + (1 - layer_.momentum) * variance[i];
      }
    }
    const std::span<float> gamma = part_of(c.weights, gamma_), beta = part_of(c.weights, beta_);
    for (size_t i = 0; i < mean.size(); ++i) {
      inv_std[i] = 1 / std::sqrt(variance[i] + layer_.epsilon);
      scale[i] = gamma[i] * inv_std[i];
      shift[i] = beta[i] - mean[i] * scale[i];
    }
    kernels::scale_shift(rows, channels_, x, scale, shift, false, c.view(buffers_.y, pixels_ * channels_));
  }

  void backward(const StepContext& c) override {
    const int64_t rows = c.n * pixels_;
    const std::span<float> dy = c.view(buffers_.dy, pixels_ * channels_);
    if (frozen_) {
      // The moments are constants.
      if (buffers_.dx[0] == kNoBuffer) return;
      const std::span<float> zero = c.scratch.first(static_cast<size_t>(channels_));
      std::fill(zero.begin(), zero.end(), 0.0f);
      kernels::scale_shift(rows, channels_, dy, moment(c, 3), zero, false, c.view(buffers_.dx[0], pixels_ * channels_));
      return;
    }
    // Without a gradient to pass on, dx goes where dy was.
    const BufferId to = buffers_.dx[0] == kNoBuffer ? buffers_.dy : buffers_.dx[0];
    kernels::batch_norm_backward(rows, channels_, c.view(buffers_.x[0], pixels_ * channels_), dy,
                                 {.mean = moment(c, 0), .inv_std = moment(c, 2), .gamma = part_of(c.weights, gamma_)},
                                 c.view(to, pixels_ * channels_), part_of(c.gradients, gamma_),
                                 part_of(c.gradients, beta_), c.scratch);
  }

 private:
  int64_t padded() const { return (channels_ + 15) / 16 * 16; }
  std::span<float> moment(const StepContext& c, int index) const {
    return {c.at(moments_) + index * padded(), static_cast<size_t>(channels_)};
  }

  BatchNorm layer_;
  bool frozen_;
  int64_t channels_, pixels_;
  StepBuffers buffers_;
  const Parameter *gamma_, *beta_, *moving_mean_, *moving_variance_;
  BufferId moments_ = kNoBuffer;
};

}  // namespace

std::unique_ptr<TrainingStep> make_batch_norm_step(const StepBuilder& b) { return std::make_unique<BatchNormStep>(b); }

}  // namespace fer::engine
