// Maxima and means of windows, and the mean of a whole image.
#include "kernels/window/pool.h"

#include <string>

#include "engine/kernel_shapes.h"
#include "engine/layers/layers.h"
#include "fer/error.h"

namespace fer::engine {
namespace {

kernels::PoolShape window_shape(const Operation& operation, int64_t n) {
  if (const auto* pool = std::get_if<MaxPool2D>(&operation.kind))
    return pool_shape(pool->pool, pool->strides, pool->padding, operation.input, n);
  if (const auto* pool = std::get_if<AveragePool2D>(&operation.kind))
    return pool_shape(pool->pool, pool->strides, pool->padding, operation.input, n);
  return global_pool_shape(operation.input, n);
}

template <bool kMax>
class PoolStep : public TrainingStep {
 public:
  explicit PoolStep(const TrainingParts& parts)
      : shape_(window_shape(parts.operation, parts.max_batch)), buffers_(parts.buffers) {
    if (kMax) {
      if (shape_.kh * shape_.kw > 255) {
        throw Error("max pool of " + std::to_string(shape_.kh) + " x " + std::to_string(shape_.kw) +
                    ": expected at most 255 cells to train");
      }
      // One byte a cell.
      winner_ = parts.layout.add((shape_.y_floats() + 3) / 4);
      parts.use_forward(winner_);
      parts.use_backward(winner_);
    }
    parts.use_all();
  }

  void forward(const TrainingContext& c) override {
    const kernels::PoolShape s = shape_of(c);
    const std::span<float> x = c.view(buffers_.x[0], input_floats()), y = c.view(buffers_.y, output_floats());
    kMax ? kernels::max_pool_forward(s, x, y, winner(c)) : kernels::average_pool_forward(s, x, y);
  }

  void backward(const TrainingContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    const kernels::PoolShape s = shape_of(c);
    const std::span<float> dy = c.view(buffers_.dy, output_floats()), dx = c.view(buffers_.dx[0], input_floats());
    kMax ? kernels::max_pool_backward(s, dy, winner(c), dx) : kernels::average_pool_backward(s, dy, dx);
  }

 private:
  kernels::PoolShape shape_of(const TrainingContext& c) const {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    return s;
  }
  int64_t input_floats() const { return shape_.h * shape_.w * shape_.c; }
  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.c; }
  std::span<uint8_t> winner(const TrainingContext& c) const {
    return {reinterpret_cast<uint8_t*>(c.at(winner_)), static_cast<size_t>(c.n * output_floats())};
  }

  kernels::PoolShape shape_;
  TrainingBuffers buffers_;
  BufferId winner_ = kNoBuffer;
};

template <bool kMax>
class PoolInference : public InferenceStep {
 public:
  explicit PoolInference(const InferenceParts& parts) : shape_(window_shape(parts.operation, 1)) {}
  void run(const InferenceContext& c) const override {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    const auto in = c.input(x[0], s.h * s.w * s.c);
    const auto out = c.output(y, s.oh * s.ow * s.c);
    kMax ? kernels::max_pool_forward(s, in, out, {}) : kernels::average_pool_forward(s, in, out);
  }

 private:
  kernels::PoolShape shape_;
};

}  // namespace

LayerSteps layer_steps(const MaxPool2D&, const Operation&) {
  return {{}, make_training<PoolStep<true>>, make_inference<PoolInference<true>>};
}
LayerSteps layer_steps(const AveragePool2D&, const Operation&) {
  return {{}, make_training<PoolStep<false>>, make_inference<PoolInference<false>>};
}
LayerSteps layer_steps(const GlobalAveragePool2D&, const Operation&) {
  return {{}, make_training<PoolStep<false>>, make_inference<PoolInference<false>>};
}

}  // namespace fer::engine
