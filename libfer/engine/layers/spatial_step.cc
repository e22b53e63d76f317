// Zero padding and resizing.
#include "engine/training/training_step.h"
#include "kernels/window/spatial.h"

namespace fer::engine {
namespace {

template <class SpatialShape, auto kForward, auto kBackward>
class SpatialStep : public TrainingStep {
 public:
  SpatialStep(const StepBuilder& b, const SpatialShape& shape)
      : shape_(shape),
        input_floats_(b.node.input.elements()),
        output_floats_(b.node.output.elements()),
        buffers_(b.buffers) {
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override {
    kForward(shape_of(c), c.view(buffers_.x[0], input_floats_), c.view(buffers_.y, output_floats_));
  }
  void backward(const StepContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kBackward(shape_of(c), c.view(buffers_.dy, output_floats_), c.view(buffers_.dx[0], input_floats_));
  }

 private:
  SpatialShape shape_of(const StepContext& c) const {
    SpatialShape s = shape_;
    s.n = c.n;
    return s;
  }

  SpatialShape shape_;
  int64_t input_floats_, output_floats_;
  StepBuffers buffers_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_spatial_step(const StepBuilder& b) {
  const Shape& in = b.node.input;
  if (const auto* pad = std::get_if<ZeroPad2D>(&b.node.kind)) {
    using Step = SpatialStep<kernels::PadShape, kernels::zero_pad_forward, kernels::zero_pad_backward>;
    return std::make_unique<Step>(
        b, kernels::PadShape{.n = b.max_batch, .h = in[0], .w = in[1], .c = in[2], .pad = pad->pad});
  }
  using Step = SpatialStep<kernels::ResizeShape, kernels::resize_bilinear_forward, kernels::resize_bilinear_backward>;
  const Shape& out = b.node.output;
  return std::make_unique<Step>(
      b, kernels::ResizeShape{.n = b.max_batch, .h = in[0], .w = in[1], .c = in[2], .oh = out[0], .ow = out[1]});
}

}  // namespace fer::engine
