// Depthwise convolutions.
#include "kernels/depthwise/depthwise.h"

#include <utility>
#include <vector>

#include "engine/kernel_shapes.h"
#include "engine/layers/layers.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

using kernels::ConvPass;
using kernels::DepthwiseShape;

class DepthwiseStep : public TrainingStep {
 public:
  explicit DepthwiseStep(const TrainingParts& parts)
      : shape_(
            depthwise_shape(std::get<DepthwiseConv2D>(parts.operation.kind), parts.operation.input, parts.max_batch)),
        relu_(own_activation(parts.operation.kind) == Activation::kRelu),
        joined_(parts.operation.joined_to_reader),
        buffers_(parts.buffers),
        kernel_(find_parameter(parts.parameters, parts.operation.layer, parts.operation.kernel)),
        bias_(find_parameter(parts.parameters, parts.operation.layer, parts.operation.bias)) {
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights})
      parts.need_scratch(kernels::depthwise_scratch_floats(shape_, pass));
    parts.need_scratch(kernels::batch_norm_scratch_floats(shape_.n * shape_.oh * shape_.ow, shape_.co()));
    parts.use_all();
    if (kernel_->trainable) parts.use_backward(buffers_.x[0]);
    if (relu_ && !joined_) parts.use_backward(buffers_.y);
  }

  void forward(const TrainingContext& c) override {
    note(c, "forward", [&](const DepthwiseShape& s) {
      kernels::depthwise_forward(s, x(c), part_of(c.weights, kernel_),
                                 {.bias = part_of(c.weights, bias_).data(), .relu = relu_}, y(c), c.scratch);
    });
  }

  void backward(const TrainingContext& c) override {
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
  void note(const TrainingContext& c, const char* name, const Work& work) const {
    DepthwiseShape s = shape_;
    s.n = c.n;
    note_stage(c.stages, {.pass = name, .algorithm = "depthwise", .macs = static_cast<double>(s.macs())},
               [&] { work(s); });
  }

  void bias_and_relu_backward(const TrainingContext& c, std::span<float> dy) const {
    const int64_t channels = shape_.co();
    if (relu_) kernels::activation_backward(Activation::kRelu, 0, channels, {}, y(c), dy, dy);
    if (bias_ != nullptr && bias_->trainable)
      kernels::column_sums(c.n * shape_.oh * shape_.ow, channels, dy, part_of(c.gradients, bias_), c.scratch);
  }

  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.co(); }
  std::span<float> x(const TrainingContext& c) const { return c.view(buffers_.x[0], shape_.h * shape_.w * shape_.c); }
  std::span<float> y(const TrainingContext& c) const { return c.view(buffers_.y, output_floats()); }

  DepthwiseShape shape_;
  bool relu_;
  bool joined_;  // the batch norm that reads y goes backward through bias and relu
  TrainingBuffers buffers_;
  const Parameter* kernel_;
  const Parameter* bias_;
};

class DepthwiseInference : public InferenceStep {
 public:
  explicit DepthwiseInference(InferenceParts&& parts)
      : shape_(depthwise_shape(std::get<DepthwiseConv2D>(parts.operation.kind), parts.operation.input, 1)),
        fused_(std::move(*parts.conv)),
        kernel_(fused_.scaled_kernel()) {}

  int64_t scratch_floats(int64_t max_batch) const override {
    return kernels::depthwise_scratch_floats(with_n(max_batch), kernels::ConvPass::kForward);
  }

  void run(const InferenceContext& c) const override {
    kernels::depthwise_forward(with_n(c.n), c.input(x[0], shape_.h * shape_.w * shape_.c), kernel_, fused_.epilogue(),
                               c.output(y, shape_.oh * shape_.ow * shape_.co()), c.scratch);
  }

 private:
  kernels::DepthwiseShape with_n(int64_t n) const {
    kernels::DepthwiseShape s = shape_;
    s.n = n;
    return s;
  }

  kernels::DepthwiseShape shape_;
  FusedConv fused_;
  std::vector<float> kernel_;
};

}  // namespace

LayerSteps layer_steps(const DepthwiseConv2D& layer, const Operation& operation) {
  return {{.output_in_backward = layer.activation == Activation::kRelu && !operation.joined_to_reader,
           .input_in_backward = true,
           .convolution = true},
          make_training<DepthwiseStep>,
          make_inference<DepthwiseInference>};
}

}  // namespace fer::engine
