// The parametric rectifier in training and in inference.
#include "kernels/values/prelu.h"

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "engine/inference/inference_step.h"
#include "engine/training/training_step.h"

namespace fer::engine {
namespace {

// Values that share no alpha.
int64_t channels_of(const Node& node) {
  const Shape& x = node.input;
  return std::get<PRelu>(node.kind).shared ? x[x.rank() - 1] : x.elements();
}

class PReluStep : public TrainingStep {
 public:
  explicit PReluStep(const StepBuilder& b)
      : floats_(b.node.input.elements()),
        c_(channels_of(b.node)),
        buffers_(b.buffers),
        alpha_(find_parameter(b.parameters, b.node.layer, "alpha")) {
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.x[0]);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
    b.need_scratch(kernels::prelu_backward_scratch_floats(b.max_batch * floats_ / c_, c_));
  }

  void forward(const StepContext& c) override {
    kernels::prelu_forward(rows(c), c_, c.view(buffers_.x[0], floats_), part_of(c.weights, alpha_),
                           c.view(buffers_.y, floats_));
  }

  void backward(const StepContext& c) override {
    const bool wanted = buffers_.dx[0] != kNoBuffer;
    kernels::prelu_backward(rows(c), c_, c.view(buffers_.dy, floats_), c.view(buffers_.x[0], floats_),
                            part_of(c.weights, alpha_), wanted ? c.view(buffers_.dx[0], floats_) : std::span<float>(),
                            part_of(c.gradients, alpha_->trainable ? alpha_ : nullptr), c.scratch);
  }

 private:
  int64_t rows(const StepContext& c) const { return c.n * floats_ / c_; }

  int64_t floats_, c_;
  StepBuffers buffers_;
  const Parameter* alpha_;
};

class PReluInference : public InferenceStep {
 public:
  PReluInference(const Node& node, std::span<const float> alpha)
      : floats_(node.input.elements()), c_(channels_of(node)), alpha_(alpha.begin(), alpha.end()) {}

  void run(const InferenceContext& c) const override {
    kernels::prelu_forward(c.n * floats_ / c_, c_, c.input(x[0], floats_), alpha_, c.output(y, floats_));
  }

 private:
  int64_t floats_, c_;
  std::vector<float> alpha_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_prelu_step(const StepBuilder& b) { return std::make_unique<PReluStep>(b); }

std::unique_ptr<InferenceStep> make_prelu_inference(const Node& node, std::span<const float> alpha) {
  return std::make_unique<PReluInference>(node, alpha);
}

}  // namespace fer::engine
