// Dropout, which inference knows nothing of.
#include "engine/layers/layers.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

class DropoutStep : public TrainingStep {
 public:
  explicit DropoutStep(const TrainingParts& parts)
      : rate_(std::get<Dropout>(parts.operation.kind).rate),
        layer_(static_cast<uint32_t>(parts.operation.layer)),
        floats_(parts.operation.output.elements()),
        buffers_(parts.buffers) {
    parts.use_all();
  }

  void forward(const TrainingContext& c) override { apply(c, buffers_.x[0], buffers_.y); }
  void backward(const TrainingContext& c) override {
    if (buffers_.dx[0] != kNoBuffer) apply(c, buffers_.dy, buffers_.dx[0]);
  }

 private:
  void apply(const TrainingContext& c, BufferId from, BufferId to) const {
    const RandomStream stream{
        .seed = c.seed, .use = RandomUse::kDropout, .a = layer_, .b = static_cast<uint32_t>(c.step)};
    kernels::dropout(stream, rate_, c.view(from, floats_), c.view(to, floats_));
  }

  float rate_;
  uint32_t layer_;
  int64_t floats_;
  TrainingBuffers buffers_;
};

}  // namespace

LayerSteps layer_steps(const Dropout&, const Operation&) {
  return {{.in_place = true, .gradient_in_place = true, .cheap = true}, make_training<DropoutStep>, nullptr};
}

}  // namespace fer::engine
