// The product of two values of one shape, or of a value and one number per channel.
#include "engine/layers/layers.h"
#include "kernels/values/combine.h"

namespace fer::engine {
namespace {

// For one picture. Where both values have one shape, the whole of the second is a gate of the first as one pixel.
kernels::GateShape gate_shape(const Operation& operation) {
  const int64_t c = operation.others[0].elements();
  return {.n = 1, .pixels = operation.output.elements() / c, .c = c};
}

class MultiplyStep : public TrainingStep {
 public:
  explicit MultiplyStep(const TrainingParts& parts) : shape_(gate_shape(parts.operation)), buffers_(parts.buffers) {
    parts.use_all();
    for (const BufferId x : buffers_.x) parts.use_backward(x);
  }

  void forward(const TrainingContext& c) override {
    kernels::gate_channels(shape_of(c), x(c), gate(c), c.view(buffers_.y, shape_.pixels * shape_.c));
  }

  void backward(const TrainingContext& c) override {
    const auto part = [&](size_t k, int64_t floats) {
      return buffers_.dx[k] == kNoBuffer ? std::span<float>() : c.view(buffers_.dx[k], floats);
    };
    kernels::gate_channels_backward(shape_of(c), c.view(buffers_.dy, shape_.pixels * shape_.c), x(c), gate(c),
                                    part(0, shape_.pixels * shape_.c), part(1, shape_.c));
  }

 private:
  kernels::GateShape shape_of(const TrainingContext& c) const {
    kernels::GateShape s = shape_;
    s.n = c.n;
    return s;
  }
  std::span<float> x(const TrainingContext& c) const { return c.view(buffers_.x[0], shape_.pixels * shape_.c); }
  std::span<float> gate(const TrainingContext& c) const { return c.view(buffers_.x[1], shape_.c); }

  kernels::GateShape shape_;
  TrainingBuffers buffers_;
};

class MultiplyInference : public InferenceStep {
 public:
  explicit MultiplyInference(const InferenceParts& parts) : shape_(gate_shape(parts.operation)) {}
  void run(const InferenceContext& c) const override {
    kernels::GateShape s = shape_;
    s.n = c.n;
    kernels::gate_channels(s, c.input(x[0], s.pixels * s.c), c.input(x[1], s.c), c.output(y, s.pixels * s.c));
  }

 private:
  kernels::GateShape shape_;
};

}  // namespace

LayerSteps layer_steps(const Multiply&, const Operation&) {
  return {{.input_in_backward = true, .gradient_in_place = true},
          make_training<MultiplyStep>,
          make_inference<MultiplyInference>};
}

}  // namespace fer::engine
