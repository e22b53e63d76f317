// Values side by side along their last axis.
#include <vector>

#include "engine/layers/layers.h"
#include "kernels/values/combine.h"

namespace fer::engine {
namespace {

// Where each input lies in the output, for one picture.
std::vector<kernels::PartShape> input_parts(const Operation& operation) {
  const int64_t all = operation.output[operation.output.rank() - 1];
  std::vector<kernels::PartShape> parts;
  const auto append = [&](const Shape& shape) {
    const int64_t first = parts.empty() ? 0 : parts.back().first + parts.back().part;
    parts.push_back(
        {.pixels = operation.output.elements() / all, .all = all, .first = first, .part = shape[shape.rank() - 1]});
  };
  append(operation.input);
  for (const Shape& other : operation.others) append(other);
  return parts;
}

class ConcatStep : public TrainingStep {
 public:
  explicit ConcatStep(const TrainingParts& parts) : parts_(input_parts(parts.operation)), buffers_(parts.buffers) {
    parts.use_all();
  }

  void forward(const TrainingContext& c) override {
    for (size_t k = 0; k < parts_.size(); ++k) {
      const kernels::PartShape s = part(c, k);
      kernels::copy_into_channels(s, c.view(buffers_.x[k], parts_[k].pixels * s.part),
                                  c.view(buffers_.y, parts_[k].pixels * s.all));
    }
  }

  void backward(const TrainingContext& c) override {
    for (size_t k = 0; k < parts_.size(); ++k) {
      if (buffers_.dx[k] == kNoBuffer) continue;
      const kernels::PartShape s = part(c, k);
      kernels::copy_from_channels(s, c.view(buffers_.dy, parts_[k].pixels * s.all),
                                  c.view(buffers_.dx[k], parts_[k].pixels * s.part));
    }
  }

 private:
  kernels::PartShape part(const TrainingContext& c, size_t k) const {
    kernels::PartShape s = parts_[k];
    s.pixels *= c.n;
    return s;
  }

  std::vector<kernels::PartShape> parts_;  // of one picture
  TrainingBuffers buffers_;
};

class ConcatInference : public InferenceStep {
 public:
  explicit ConcatInference(const InferenceParts& parts) : parts_(input_parts(parts.operation)) {}
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

LayerSteps layer_steps(const Concat&, const Operation&) {
  return {{}, make_training<ConcatStep>, make_inference<ConcatInference>};
}

}  // namespace fer::engine
