// Convolutions and dense layers (1x1 convolutions of one-pixel images).
#include <algorithm>

#include "engine/shapes.h"
#include "engine/training_step.h"
#include "kernels/batch_norm.h"
#include "kernels/conv.h"
#include "kernels/elementwise.h"

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
        kernel_(find_parameter(b.parameters, b.node.layer, "kernel")),
        bias_(find_parameter(b.parameters, b.node.layer, "bias")) {
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights}) {
      ConvAlgorithm& algorithm = algorithms_[static_cast<int>(pass)];
      algorithm = kernels::conv_choose(shape_, pass);
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

  void forward(const StepContext& c) override {
    const ConvShape s = shape_of(c);
    const std::span<float> bias = part_of(c.weights, bias_);
    kernels::conv_forward(s, algorithms_[0], x(c), part_of(c.weights, kernel_), {.bias = bias.data(), .relu = relu_},
                          y(c), c.scratch);
  }

  void backward(const StepContext& c) override {
    const ConvShape s = shape_of(c);
    const std::span<float> dy = c.view(buffers_.dy, output_floats());
    if (!joined_) bias_and_relu_backward(c, s, dy);
    if (kernel_->trainable) {
      kernels::conv_backward_weights(s, algorithm(ConvPass::kBackwardWeights), x(c), dy, part_of(c.gradients, kernel_),
                                     c.scratch);
    }
    if (buffers_.dx[0] != kNoBuffer) {
      kernels::conv_backward_data(s, algorithm(ConvPass::kBackwardData), dy, part_of(c.weights, kernel_),
                                  c.view(buffers_.dx[0], shape_.h * shape_.w * shape_.ci), c.scratch);
    }
  }

 private:
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
  ConvAlgorithm algorithm(ConvPass pass) const { return algorithms_[static_cast<int>(pass)]; }

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
