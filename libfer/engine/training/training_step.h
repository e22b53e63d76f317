// The steps of a training plan: one operation of the graph bound to its buffers, forward and backward.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/moments.h"
#include "engine/plan.h"
#include "engine/stages.h"

namespace fer::engine {

// The pictures of a batch, which lie in the caller's memory.
inline constexpr BufferId kPictures = -2;

// What a call of forward_backward hands to every step.
struct StepContext {
  int64_t n = 0;
  const TrainingPlan::Batch* batch = nullptr;
  std::span<const float> weights;
  std::span<float> gradients;
  std::span<float> moments;  // of the batch, see MomentLayout
  const ArenaLayout* layout = nullptr;
  float* arena = nullptr;
  std::span<float> scratch;
  Stages* stages = nullptr;  // a step that notes no stages of its own is noted as one

  // Buffers are sized for the plan's largest batch; a view covers n pictures.
  std::span<float> view(BufferId buffer, int64_t floats_per_picture) const {
    if (buffer == kPictures) {
      // Nothing writes to the pictures: no gradient is asked for, and no step works on them in place.
      return {const_cast<float*>(batch->pictures.data()), static_cast<size_t>(n * floats_per_picture)};
    }
    return {arena + layout->offset(buffer), static_cast<size_t>(n * floats_per_picture)};
  }
  float* at(BufferId buffer) const { return arena + layout->offset(buffer); }
};

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;
  virtual void forward(const StepContext& context) = 0;
  virtual void backward(const StepContext& context) = 0;
  // Writes y once more, to the bit, and changes nothing else.
  virtual void recompute(const StepContext& context) { forward(context); }
};

// Where a step reads and writes. dx[k] is kNoBuffer where the k-th input needs no gradient.
struct StepBuffers {
  std::vector<BufferId> x, dx;
  BufferId y = kNoBuffer, dy = kNoBuffer;
};

// What a step is made from. The maker declares on `layout` when it needs which buffer, and grows `scratch_floats`.
struct StepBuilder {
  const Node& node;
  const ParameterLayout& parameters;
  const MomentLayout& moments;
  int64_t max_batch;
  Precision precision;
  StepBuffers buffers;
  int forward_time, backward_time;
  ArenaLayout& layout;
  int64_t& scratch_floats;

  void use_forward(BufferId buffer) const { use(buffer, forward_time); }
  void use_backward(BufferId buffer) const { use(buffer, backward_time); }
  void need_scratch(int64_t floats) const {
    if (floats > scratch_floats) scratch_floats = floats;
  }

 private:
  void use(BufferId buffer, int time) const {
    if (buffer >= 0) layout.use(buffer, time);
  }
};

// How a node's step treats its buffers.
struct StepTraits {
  bool output_in_backward = false;   // reads y again in the backward pass
  bool input_in_backward = false;    // reads x again
  bool in_place = false;             // y may be x
  bool gradient_in_place = false;    // dx (of the first input) may be dy
  bool gradient_over_input = false;  // dx may be x, which nothing else reads any more
  bool alias = false;                // y is x and dx is dy, nothing to do
};
StepTraits step_traits(const Node& node);

std::unique_ptr<TrainingStep> make_training_step(const StepBuilder& builder);

// One function a family of layers; make_training_step picks.
std::unique_ptr<TrainingStep> make_conv_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_depthwise_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_combining_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_batch_norm_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_prelu_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_pool_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_elementwise_step(const StepBuilder& builder);
std::unique_ptr<TrainingStep> make_spatial_step(const StepBuilder& builder);

// A span of the weights or gradients that holds a parameter; empty for null.
template <class Float>
std::span<Float> part_of(std::span<Float> all, const Parameter* p) {
  if (p == nullptr) return {};
  return all.subspan(static_cast<size_t>(p->offset), static_cast<size_t>(p->shape.elements()));
}

}  // namespace fer::engine
