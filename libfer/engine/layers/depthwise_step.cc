// Depthwise convolutions in training.
#include "engine/kernel_shapes.h"
#include "engine/training/training_step.h"
#include "kernels/depthwise/depthwise.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

using kernels::ConvPass;
using kernels::DepthwiseShape;

class DepthwiseStep : public TrainingStep {
 public:
  DepthwiseStep(const StepBuilder& b, const DepthwiseConv2D& layer)
      : shape_(depthwise_shape(layer, b.node.input, b.max_batch)),
        relu_(layer.activation == Activation::kRelu),
        joined_(b.node.joined_to_reader),
        buffers_(b.buffers),
        kernel_(find_parameter(b.parameters, b.node.layer, b.node.kernel)),
        bias_(find_parameter(b.parameters, b.node.layer, b.node.bias)) {
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights})
      b.need_scratch(kernels::depthwise_scratch_floats(shape_, pass));
    b.need_scratch(kernels::batch_norm_scratch_floats(shape_.n * shape_.oh * shape_.ow, shape_.co()));
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
    if (kernel_->trainable) b.use_backward(buffers_.x[0]);
    if (relu_ && !joined_) b.use_backward(buffers_.y);
  }

  void forward(const StepContext& c) override {
    note(c, "forward", [&](const DepthwiseShape& s) {
      kernels::depthwise_forward(s, x(c), part_of(c.weights, kernel_),
                                 {.bias = part_of(c.weights, bias_).data(), .relu = relu_}, y(c), c.scratch);
    });
  }

  void backward(const StepContext& c) override {
    const std::span<float> dy = c.view(buffers_.dy, output_floats());
    if (!joined_) note_stage(c.stages, {.pass = "backward, bias"}, [&] { bias_and_relu_backward(c, dy); });
    if (kernel_->trainable) {
      note(c, "backward, weights", [&](const DepthwiseShape& s) {
        kernels::depthwise_backward_weights(s, x(c), dy, part_of(c.gradients, kernel_), c.scratch);
      });
    }
    if (buffers_.dx[0] != kNoBuffer) {
      note(c, "backward, data", [&](const DepthwiseShape& s) {
        kernels::depthwise_backward_data(s, dy, part_of(c.weights, kernel_),
                                         c.view(buffers_.dx[0], shape_.h * shape_.w * shape_.c), c.scratch);
      });
    }
  }

 private:
  template <class Work>
  void note(const StepContext& c, const char* name, const Work& work) const {
    DepthwiseShape s = shape_;
    s.n = c.n;
    note_stage(c.stages, {.pass = name, .algorithm = "depthwise", .macs = static_cast<double>(s.macs())},
               [&] { work(s); });
  }

  void bias_and_relu_backward(const StepContext& c, std::span<float> dy) const {
    const int64_t channels = shape_.co();
    if (relu_) kernels::activation_backward(Activation::kRelu, 0, channels, {}, y(c), dy, dy);
    if (bias_ != nullptr && bias_->trainable)
      kernels::column_sums(c.n * shape_.oh * shape_.ow, channels, dy, part_of(c.gradients, bias_), c.scratch);
  }

  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.co(); }
  std::span<float> x(const StepContext& c) const { return c.view(buffers_.x[0], shape_.h * shape_.w * shape_.c); }
  std::span<float> y(const StepContext& c) const { return c.view(buffers_.y, output_floats()); }

  DepthwiseShape shape_;
  bool relu_;
  bool joined_;  // the batch norm that reads y goes backward through bias and relu
  StepBuffers buffers_;
  const Parameter* kernel_;
  const Parameter* bias_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_depthwise_step(const StepBuilder& b) {
  return std::make_unique<DepthwiseStep>(b, std::get<DepthwiseConv2D>(b.node.kind));
}

}  // namespace fer::engine
