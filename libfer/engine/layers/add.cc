// The sum of two or more values.
#include <algorithm>

#include "engine/layers/layers.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

class AddStep : public TrainingStep {
 public:
  explicit AddStep(const TrainingParts& parts) : floats_(parts.operation.output.elements()), buffers_(parts.buffers) {
    parts.use_all();
  }

  void forward(const TrainingContext& c) override {
    const std::span<float> y = c.view(buffers_.y, floats_);
    kernels::add(c.view(buffers_.x[0], floats_), c.view(buffers_.x[1], floats_), y);
    for (size_t i = 2; i < buffers_.x.size(); ++i) kernels::add(y, c.view(buffers_.x[i], floats_), y);
  }

  void backward(const TrainingContext& c) override {
    const std::span<float> dy = c.view(buffers_.dy, floats_);
    for (const BufferId dx : buffers_.dx) {
      if (dx != kNoBuffer && dx != buffers_.dy) std::copy(dy.begin(), dy.end(), c.at(dx));
    }
  }

 private:
  int64_t floats_;
  TrainingBuffers buffers_;
};

class AddInference : public InferenceStep {
 public:
  explicit AddInference(const InferenceParts& parts) : floats_(parts.operation.output.elements()) {}
  void run(const InferenceContext& c) const override {
    const auto out = c.output(y, floats_);
    kernels::add(c.input(x[0], floats_), c.input(x[1], floats_), out);
    for (size_t i = 2; i < x.size(); ++i) kernels::add(out, c.input(x[i], floats_), out);
  }

 private:
  int64_t floats_;
};

}  // namespace

LayerSteps layer_steps(const Add&, const Operation&) {
  return {{.gradient_in_place = true}, make_training<AddStep>, make_inference<AddInference>};
}

}  // namespace fer::engine
