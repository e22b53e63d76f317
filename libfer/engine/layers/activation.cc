// Activations that stand alone: layers of their own, and those that kernels do not fuse.
#include <limits>

#include "engine/layers/layers.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

class ActivationStep : public TrainingStep {
 public:
  explicit ActivationStep(const TrainingParts& parts)
      : layer_(std::get<ActivationLayer>(parts.operation.kind)),
        row_(parts.operation.output[parts.operation.output.rank() - 1]),
        floats_(parts.operation.output.elements()),
        buffers_(parts.buffers) {
    parts.use_all();
    parts.use_backward(buffers_.y);
    if (reads_input()) parts.use_backward(buffers_.x[0]);
  }

  void forward(const TrainingContext& c) override {
    kernels::activation_forward(layer_.function, layer_.alpha, row_, c.view(buffers_.x[0], floats_),
                                c.view(buffers_.y, floats_));
  }

  void backward(const TrainingContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kernels::activation_backward(
        layer_.function, layer_.alpha, row_, reads_input() ? c.view(buffers_.x[0], floats_) : std::span<float>(),
        c.view(buffers_.y, floats_), c.view(buffers_.dy, floats_), c.view(buffers_.dx[0], floats_));
  }

 private:
  bool reads_input() const { return kernels::activation_reads_input(layer_.function); }

  ActivationLayer layer_;
  int64_t row_, floats_;
  TrainingBuffers buffers_;
};

class ActivationInference : public InferenceStep {
 public:
  explicit ActivationInference(const InferenceParts& parts)
      : layer_(std::get<ActivationLayer>(parts.operation.kind)),
        row_(parts.operation.output[parts.operation.output.rank() - 1]),
        floats_(parts.operation.output.elements()) {}
  void run(const InferenceContext& c) const override {
    kernels::activation_forward(layer_.function, layer_.alpha, row_, c.input(x[0], floats_), c.output(y, floats_));
  }

 private:
  ActivationLayer layer_;
  int64_t row_, floats_;
};

// The convolutions' kernels do a relu along with their sums, cut off or not.
bool fold_relu(const InferenceParts& parts, FusedConv& before) {
  const Activation function = std::get<ActivationLayer>(parts.operation.kind).function;
  if (function == Activation::kRelu) return before.absorb_relu(std::numeric_limits<float>::infinity());
  if (function == Activation::kRelu6) return before.absorb_relu(6);
  return false;
}

}  // namespace

LayerSteps layer_steps(const ActivationLayer& layer, const Operation&) {
  const bool reads_input = kernels::activation_reads_input(layer.function);
  return {{.output_in_backward = true,
           .input_in_backward = reads_input,
           .in_place = !reads_input,
           .gradient_in_place = true,
           .cheap = !reads_input},
          make_training<ActivationStep>,
          make_inference<ActivationInference>,
          fold_relu};
}

}  // namespace fer::engine
