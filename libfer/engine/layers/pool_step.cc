#include <string>

#include "engine/kernel_shapes.h"
#include "engine/training/training_step.h"
#include "fer/error.h"
#include "kernels/window/pool.h"

namespace fer::engine {
namespace {

class PoolStep : public TrainingStep {
 public:
  PoolStep(const StepBuilder& b, const kernels::PoolShape& shape, bool max)
      : shape_(shape), max_(max), buffers_(b.buffers) {
    if (max_) {
      if (shape_.kh * shape_.kw > 255) {
        throw Error("max pool of " + std::to_string(shape_.kh) + " x " + std::to_string(shape_.kw) +
                    ": expected at most 255 cells to train");
      }
      // One byte a cell.
      winner_ = b.layout.add((shape_.y_floats() + 3) / 4);
      b.use_forward(winner_);
      b.use_backward(winner_);
    }
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override {
    const kernels::PoolShape s = shape_of(c);
    const std::span<float> x = c.view(buffers_.x[0], input_floats()), y = c.view(buffers_.y, output_floats());
    max_ ? kernels::max_pool_forward(s, x, y, winner(c)) : kernels::average_pool_forward(s, x, y);
  }

  void backward(const StepContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    const kernels::PoolShape s = shape_of(c);
    const std::span<float> dy = c.view(buffers_.dy, output_floats()), dx = c.view(buffers_.dx[0], input_floats());
    max_ ? kernels::max_pool_backward(s, dy, winner(c), dx) : kernels::average_pool_backward(s, dy, dx);
  }

 private:
  kernels::PoolShape shape_of(const StepContext& c) const {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    return s;
  }
  int64_t input_floats() const { return shape_.h * shape_.w * shape_.c; }
  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.c; }
  std::span<uint8_t> winner(const StepContext& c) const {
    return {reinterpret_cast<uint8_t*>(c.at(winner_)), static_cast<size_t>(c.n * output_floats())};
  }

  kernels::PoolShape shape_;
  bool max_;
  StepBuffers buffers_;
  BufferId winner_ = kNoBuffer;
};

}  // namespace

std::unique_ptr<TrainingStep> make_pool_step(const StepBuilder& b) {
  if (const auto* pool = std::get_if<MaxPool2D>(&b.node.kind)) {
    return std::make_unique<PoolStep>(
        b, pool_shape(pool->pool, pool->strides, pool->padding, b.node.input, b.max_batch), true);
  }
  if (const auto* pool = std::get_if<AveragePool2D>(&b.node.kind)) {
    return std::make_unique<PoolStep>(
        b, pool_shape(pool->pool, pool->strides, pool->padding, b.node.input, b.max_batch), false);
  }
  return std::make_unique<PoolStep>(b, global_pool_shape(b.node.input, b.max_batch), false);
}

}  // namespace fer::engine
