// Depthwise convolutions, products and concatenation in inference.
#include "engine/inference/inference_step.h"
#include "engine/kernel_shapes.h"
#include "kernels/depthwise/depthwise.h"
#include "kernels/values/combine.h"

namespace fer::engine {
namespace {

class DepthwiseInference : public InferenceStep {
 public:
  DepthwiseInference(const Node& node, FusedConv fused)
      : shape_(depthwise_shape(std::get<DepthwiseConv2D>(node.kind), node.input, 1)),
        fused_(std::move(fused)),
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

class MultiplyInference : public InferenceStep {
 public:
  explicit MultiplyInference(const Node& node) : shape_(gate_shape(node)) {}
  void run(const InferenceContext& c) const override {
    kernels::GateShape s = shape_;
    s.n = c.n;
    kernels::gate_channels(s, c.input(x[0], s.pixels * s.c), c.input(x[1], s.c), c.output(y, s.pixels * s.c));
  }

 private:
  kernels::GateShape shape_;
};

class ConcatInference : public InferenceStep {
 public:
  explicit ConcatInference(const Node& node) : parts_(concat_parts(node)) {}
  void run(const InferenceContext& c) const override {
    for (size_t k = 0; k < parts_.size(); ++k) {
      kernels::PartShape s = parts_[k];
      const auto in = c.input(x[k], s.pixels * s.part);
      const auto out = c.output(y, s.pixels * s.all);
      s.pixels *= c.n;
      kernels::copy_into_channels(s, in, out);
    }
  }

 private:
  std::vector<kernels::PartShape> parts_;  // of one picture
};

}  // namespace

std::unique_ptr<InferenceStep> make_depthwise_inference(const Node& node, FusedConv fused) {
  return std::make_unique<DepthwiseInference>(node, std::move(fused));
}

std::unique_ptr<InferenceStep> make_combining_inference(const Node& node) {
  if (std::holds_alternative<Concat>(node.kind)) return std::make_unique<ConcatInference>(node);
  return std::make_unique<MultiplyInference>(node);
}

}  // namespace fer::engine
