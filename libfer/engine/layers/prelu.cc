// The parametric rectifier.
#include "kernels/values/prelu.h"

#include <span>
#include <variant>
#include <vector>

#include "engine/layers/layers.h"

namespace fer::engine {
namespace {

// Values that share no alpha.
int64_t channels_of(const Operation& operation) {
  const Shape& x = operation.input;
  return std::get<PRelu>(operation.kind).shared ? x[x.rank() - 1] : x.elements();
}

class PReluStep : public TrainingStep {
 public:
  explicit PReluStep(const TrainingParts& parts)
      : floats_(parts.operation.input.elements()),
        c_(channels_of(parts.operation)),
        buffers_(parts.buffers),
        alpha_(find_parameter(parts.parameters, parts.operation.layer, "alpha")) {
    parts.use_all();
    parts.use_backward(buffers_.x[0]);
    parts.need_scratch(kernels::prelu_backward_scratch_floats(parts.max_batch * floats_ / c_, c_));
  }

  void forward(const TrainingContext& c) override {
    kernels::prelu_forward(rows(c), c_, c.view(buffers_.x[0], floats_), part_of(c.weights, alpha_),
                           c.view(buffers_.y, floats_));
  }

  void backward(const TrainingContext& c) override {
    const bool wanted = buffers_.dx[0] != kNoBuffer;
    kernels::prelu_backward(rows(c), c_, c.view(buffers_.dy, floats_), c.view(buffers_.x[0], floats_),
                            part_of(c.weights, alpha_), wanted ? c.view(buffers_.dx[0], floats_) : std::span<float>(),
                            part_of(c.gradients, alpha_->trainable ? alpha_ : nullptr), c.scratch);
  }

 private:
  int64_t rows(const TrainingContext& c) const { return c.n * floats_ / c_; }

  int64_t floats_, c_;
  TrainingBuffers buffers_;
  const Parameter* alpha_;
};

class PReluInference : public InferenceStep {
 public:
  explicit PReluInference(const InferenceParts& parts)
      : floats_(parts.operation.input.elements()), c_(channels_of(parts.operation)) {
    const auto alpha = part_of(parts.weights, find_parameter(parts.parameters, parts.operation.layer, "alpha"));
    alpha_.assign(alpha.begin(), alpha.end());
  }

  void run(const InferenceContext& c) const override {
    kernels::prelu_forward(c.n * floats_ / c_, c_, c.input(x[0], floats_), alpha_, c.output(y, floats_));
  }

 private:
  int64_t floats_, c_;
  std::vector<float> alpha_;
};

}  // namespace

LayerSteps layer_steps(const PRelu&, const Operation&) {
  return {
      {.input_in_backward = true, .gradient_in_place = true}, make_training<PReluStep>, make_inference<PReluInference>};
}

}  // namespace fer::engine
