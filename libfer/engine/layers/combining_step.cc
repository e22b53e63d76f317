// Products, concatenation and the global maximum in training.
#include "engine/kernel_shapes.h"
#include "engine/training/training_step.h"
#include "kernels/values/combine.h"

namespace fer::engine {
namespace {

void use_all(const StepBuilder& b) {
  for (const BufferId x : b.buffers.x) b.use_forward(x);
  b.use_forward(b.buffers.y);
  b.use_backward(b.buffers.dy);
  for (const BufferId dx : b.buffers.dx) b.use_backward(dx);
}

// Of two values of one shape, or of a value and one number a channel.
class MultiplyStep : public TrainingStep {
 public:
  explicit MultiplyStep(const StepBuilder& b) : shape_(gate_shape(b.node)), buffers_(b.buffers) {
    use_all(b);
    for (const BufferId x : buffers_.x) b.use_backward(x);
  }

  void forward(const StepContext& c) override {
    kernels::gate_channels(shape_of(c), x(c), gate(c), c.view(buffers_.y, shape_.pixels * shape_.c));
  }

  void backward(const StepContext& c) override {
    const auto part = [&](size_t k, int64_t floats) {
      return buffers_.dx[k] == kNoBuffer ? std::span<float>() : c.view(buffers_.dx[k], floats);
    };
    kernels::gate_channels_backward(shape_of(c), c.view(buffers_.dy, shape_.pixels * shape_.c), x(c), gate(c),
                                    part(0, shape_.pixels * shape_.c), part(1, shape_.c));
  }

 private:
  kernels::GateShape shape_of(const StepContext& c) const {
    kernels::GateShape s = shape_;
    s.n = c.n;
    return s;
  }
  std::span<float> x(const StepContext& c) const { return c.view(buffers_.x[0], shape_.pixels * shape_.c); }
  std::span<float> gate(const StepContext& c) const { return c.view(buffers_.x[1], shape_.c); }

  kernels::GateShape shape_;
  StepBuffers buffers_;
};

class ConcatStep : public TrainingStep {
 public:
  explicit ConcatStep(const StepBuilder& b) : parts_(concat_parts(b.node)), buffers_(b.buffers) { use_all(b); }

  void forward(const StepContext& c) override {
    for (size_t k = 0; k < parts_.size(); ++k) {
      const kernels::PartShape s = part(c, k);
      kernels::copy_into_channels(s, c.view(buffers_.x[k], parts_[k].pixels * s.part),
                                  c.view(buffers_.y, parts_[k].pixels * s.all));
    }
  }

  void backward(const StepContext& c) override {
    for (size_t k = 0; k < parts_.size(); ++k) {
      if (buffers_.dx[k] == kNoBuffer) continue;
      const kernels::PartShape s = part(c, k);
      kernels::copy_from_channels(s, c.view(buffers_.dy, parts_[k].pixels * s.all),
                                  c.view(buffers_.dx[k], parts_[k].pixels * s.part));
    }
  }

 private:
  kernels::PartShape part(const StepContext& c, size_t k) const {
    kernels::PartShape s = parts_[k];
    s.pixels *= c.n;
    return s;
  }

  std::vector<kernels::PartShape> parts_;  // of one picture
  StepBuffers buffers_;
};

class GlobalMaxStep : public TrainingStep {
 public:
  explicit GlobalMaxStep(const StepBuilder& b)
      : c_(b.node.input[2]), pixels_(b.node.input[0] * b.node.input[1]), buffers_(b.buffers) {
    use_all(b);
    winner_ = b.layout.add(b.max_batch * c_);
    b.use_forward(winner_);
    b.use_backward(winner_);
  }

  void forward(const StepContext& c) override {
    kernels::global_max_forward({c.n, pixels_, c_}, c.view(buffers_.x[0], pixels_ * c_), c.view(buffers_.y, c_),
                                winner(c));
  }
  void backward(const StepContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kernels::global_max_backward({c.n, pixels_, c_}, c.view(buffers_.dy, c_), winner(c),
                                 c.view(buffers_.dx[0], pixels_ * c_));
  }

 private:
  std::span<int32_t> winner(const StepContext& c) const {
    return {reinterpret_cast<int32_t*>(c.at(winner_)), static_cast<size_t>(c.n * c_)};
  }

  int64_t c_, pixels_;
  StepBuffers buffers_;
  BufferId winner_ = kNoBuffer;
};

}  // namespace

std::unique_ptr<TrainingStep> make_combining_step(const StepBuilder& b) {
  if (std::holds_alternative<Concat>(b.node.kind)) return std::make_unique<ConcatStep>(b);
  if (std::holds_alternative<Multiply>(b.node.kind)) return std::make_unique<MultiplyStep>(b);
  return std::make_unique<GlobalMaxStep>(b);
}

}  // namespace fer::engine
