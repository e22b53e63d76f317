// Convolutions and dense layers (1x1 convolutions of one-pixel images).
#include <algorithm>

#include "engine/kernel_shapes.h"
#include "engine/training/training_step.h"
#include "kernels/conv/conv.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

using kernels::ConvAlgorithm;
using kernels::ConvPass;
using kernels::ConvShape;

class ConvStep : public TrainingStep {
 public:
  ConvStep(const StepBuilder& b, const ConvShape& shape, bool relu)
      : shape_(shape),
        relu_(relu),
        joined_(b.node.joined_to_reader),
        buffers_(b.buffers),
        kernel_(find_parameter(b.parameters, b.node.layer, b.node.kernel)),
        bias_(find_parameter(b.parameters, b.node.layer, b.node.bias)) {
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights}) {
      ConvAlgorithm& algorithm = algorithms_[static_cast<int>(pass)];
      algorithm = kernels::conv_choose(shape_, pass, b.precision);
      b.need_scratch(kernels::conv_scratch_floats(shape_, pass, algorithm));
    }
    b.need_scratch(kernels::batch_norm_scratch_floats(shape_.n * shape_.oh * shape_.ow, shape_.co));
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
    if (kernel_->trainable) b.use_backward(buffers_.x[0]);
    if (relu_ && !joined_) b.use_backward(buffers_.y);
  }

  void forward(const StepContext& c) override { forward(c, "forward"); }
  void recompute(const StepContext& c) override { forward(c, "recompute"); }

  void backward(const StepContext& c) override {
    const std::span<float> dy = c.view(buffers_.dy, output_floats());
    if (!joined_) note_stage(c.stages, {.pass = "backward, bias"}, [&] { bias_and_relu_backward(c, shape_of(c), dy); });
    if (kernel_->trainable) {
      note(c, ConvPass::kBackwardWeights, "backward, weights", [&](const ConvShape& s, ConvAlgorithm algorithm) {
        kernels::conv_backward_weights(s, algorithm, x(c), dy, part_of(c.gradients, kernel_), c.scratch);
      });
    }
    if (buffers_.dx[0] != kNoBuffer) {
      note(c, ConvPass::kBackwardData, "backward, data", [&](const ConvShape& s, ConvAlgorithm algorithm) {
        kernels::conv_backward_data(s, algorithm, dy, part_of(c.weights, kernel_),
                                    c.view(buffers_.dx[0], shape_.h * shape_.w * shape_.ci), c.scratch);
      });
    }
  }

 private:
  void forward(const StepContext& c, const char* pass) const {
    const std::span<const float> bias = part_of(c.weights, bias_);
    note(c, ConvPass::kForward, pass, [&](const ConvShape& s, ConvAlgorithm algorithm) {
      kernels::conv_forward(s, algorithm, x(c), part_of(c.weights, kernel_), {.bias = bias.data(), .relu = relu_}, y(c),
                            c.scratch);
    });
  }

  template <class Work>
  void note(const StepContext& c, ConvPass pass, const char* name, const Work& work) const {
    const ConvShape s = shape_of(c);
    const ConvAlgorithm algorithm = algorithms_[static_cast<int>(pass)];
    note_stage(
        c.stages,
        {.pass = name, .algorithm = kernels::conv_algorithm_name(algorithm), .macs = static_cast<double>(s.macs())},
        [&] { work(s, algorithm); });
  }

  void bias_and_relu_backward(const StepContext& c, const ConvShape& s, std::span<float> dy) const {
    if (relu_) kernels::activation_backward(Activation::kRelu, 0, s.co, {}, y(c), dy, dy);
    if (bias_ != nullptr && bias_->trainable) {
      kernels::column_sums(s.n * s.oh * s.ow, s.co, dy, part_of(c.gradients, bias_), c.scratch);
    }
  }

  ConvShape shape_of(const StepContext& c) const {
    ConvShape s = shape_;
    s.n = c.n;
    return s;
  }
  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.co; }
  std::span<float> x(const StepContext& c) const { return c.view(buffers_.x[0], shape_.h * shape_.w * shape_.ci); }
  std::span<float> y(const StepContext& c) const { return c.view(buffers_.y, output_floats()); }

  ConvShape shape_;
  bool relu_;
  bool joined_;  // the batch norm that reads y goes backward through bias and relu
  StepBuffers buffers_;
  const Parameter* kernel_;
  const Parameter* bias_;
  ConvAlgorithm algorithms_[3];
};

}  // namespace

std::unique_ptr<TrainingStep> make_conv_step(const StepBuilder& b) {
  if (const auto* conv = std::get_if<Conv2D>(&b.node.kind)) {
    return std::make_unique<ConvStep>(b, conv_shape(*conv, b.node.input, b.max_batch),
                                      conv->activation == Activation::kRelu);
  }
  const auto& dense = std::get<Dense>(b.node.kind);
  return std::make_unique<ConvStep>(b, dense_shape(dense, b.node.input, b.max_batch),
                                    dense.activation == Activation::kRelu);
}

}  // namespace fer::engine
