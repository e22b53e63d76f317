// The maximum of every channel of an image.
#include "engine/kernel_shapes.h"
#include "engine/layers/layers.h"
#include "kernels/values/combine.h"
#include "kernels/window/pool.h"

namespace fer::engine {
namespace {

class GlobalMaxStep : public TrainingStep {
 public:
  explicit GlobalMaxStep(const TrainingParts& parts)
      : c_(parts.operation.input[2]),
        pixels_(parts.operation.input[0] * parts.operation.input[1]),
        buffers_(parts.buffers) {
    parts.use_all();
    winner_ = parts.layout.add(parts.max_batch * c_);
    parts.use_forward(winner_);
    parts.use_backward(winner_);
  }

  void forward(const TrainingContext& c) override {
    kernels::global_max_forward({c.n, pixels_, c_}, c.view(buffers_.x[0], pixels_ * c_), c.view(buffers_.y, c_),
                                winner(c));
  }
  void backward(const TrainingContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kernels::global_max_backward({c.n, pixels_, c_}, c.view(buffers_.dy, c_), winner(c),
                                 c.view(buffers_.dx[0], pixels_ * c_));
  }

 private:
  std::span<int32_t> winner(const TrainingContext& c) const {
    return {reinterpret_cast<int32_t*>(c.at(winner_)), static_cast<size_t>(c.n * c_)};
  }

  int64_t c_, pixels_;
  TrainingBuffers buffers_;
  BufferId winner_ = kNoBuffer;
};

class GlobalMaxInference : public InferenceStep {
 public:
  explicit GlobalMaxInference(const InferenceParts& parts) : shape_(global_pool_shape(parts.operation.input, 1)) {}
  void run(const InferenceContext& c) const override {
    kernels::PoolShape s = shape_;
    s.n = c.n;
    kernels::max_pool_forward(s, c.input(x[0], s.h * s.w * s.c), c.output(y, s.c), {});
  }

 private:
  kernels::PoolShape shape_;
};

}  // namespace

LayerSteps layer_steps(const GlobalMaxPool2D&, const Operation&) {
  return {{}, make_training<GlobalMaxStep>, make_inference<GlobalMaxInference>};
}

}  // namespace fer::engine
