// Activations, dropout, sums.
#include <algorithm>

#include "engine/training/training_step.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

class ActivationStep : public TrainingStep {
 public:
  ActivationStep(const StepBuilder& b, const ActivationLayer& layer)
      : layer_(layer),
        row_(b.node.output[b.node.output.rank() - 1]),
        floats_(b.node.output.elements()),
        buffers_(b.buffers) {
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.y);
    if (reads_input()) b.use_backward(buffers_.x[0]);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override {
    kernels::activation_forward(layer_.function, layer_.alpha, row_, c.view(buffers_.x[0], floats_),
                                c.view(buffers_.y, floats_));
  }

  void backward(const StepContext& c) override {
    if (buffers_.dx[0] == kNoBuffer) return;
    kernels::activation_backward(
        layer_.function, layer_.alpha, row_, reads_input() ? c.view(buffers_.x[0], floats_) : std::span<float>(),
        c.view(buffers_.y, floats_), c.view(buffers_.dy, floats_), c.view(buffers_.dx[0], floats_));
  }

 private:
  bool reads_input() const { return kernels::activation_reads_input(layer_.function); }

  ActivationLayer layer_;
  int64_t row_, floats_;
  StepBuffers buffers_;
};

class DropoutStep : public TrainingStep {
 public:
  DropoutStep(const StepBuilder& b, const Dropout& layer)
      : rate_(layer.rate),
        layer_(static_cast<uint32_t>(b.node.layer)),
        floats_(b.node.output.elements()),
        buffers_(b.buffers) {
    b.use_forward(buffers_.x[0]);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    b.use_backward(buffers_.dx[0]);
  }

  void forward(const StepContext& c) override { apply(c, buffers_.x[0], buffers_.y); }
  void backward(const StepContext& c) override {
    if (buffers_.dx[0] != kNoBuffer) apply(c, buffers_.dy, buffers_.dx[0]);
  }

 private:
  void apply(const StepContext& c, BufferId from, BufferId to) const {
    const RandomStream stream{
        .seed = c.batch->seed, .use = RandomUse::kDropout, .a = layer_, .b = static_cast<uint32_t>(c.batch->step)};
    kernels::dropout(stream, rate_, c.view(from, floats_), c.view(to, floats_));
  }

  float rate_;
  uint32_t layer_;
  int64_t floats_;
  StepBuffers buffers_;
};

class AddStep : public TrainingStep {
 public:
  explicit AddStep(const StepBuilder& b) : floats_(b.node.output.elements()), buffers_(b.buffers) {
    for (const BufferId x : buffers_.x) b.use_forward(x);
    b.use_forward(buffers_.y);
    b.use_backward(buffers_.dy);
    for (const BufferId dx : buffers_.dx) b.use_backward(dx);
  }

  void forward(const StepContext& c) override {
    const std::span<float> y = c.view(buffers_.y, floats_);
    kernels::add(c.view(buffers_.x[0], floats_), c.view(buffers_.x[1], floats_), y);
    for (size_t i = 2; i < buffers_.x.size(); ++i) kernels::add(y, c.view(buffers_.x[i], floats_), y);
  }

  void backward(const StepContext& c) override {
    const std::span<float> dy = c.view(buffers_.dy, floats_);
    for (const BufferId dx : buffers_.dx) {
      if (dx != kNoBuffer && dx != buffers_.dy) std::copy(dy.begin(), dy.end(), c.at(dx));
    }
  }

 private:
  int64_t floats_;
  StepBuffers buffers_;
};

}  // namespace

std::unique_ptr<TrainingStep> make_elementwise_step(const StepBuilder& b) {
  if (const auto* activation = std::get_if<ActivationLayer>(&b.node.kind))
    return std::make_unique<ActivationStep>(b, *activation);
  if (const auto* dropout = std::get_if<Dropout>(&b.node.kind)) return std::make_unique<DropoutStep>(b, *dropout);
  return std::make_unique<AddStep>(b);
}

}  // namespace fer::engine
