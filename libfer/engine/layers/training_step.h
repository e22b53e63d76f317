// The steps of a training plan: one operation of the graph bound to its buffers, forward and backward.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/moments.h"
#include "engine/stages.h"
#include "engine/step_sums.h"
#include "fer/precision.h"

namespace fer::engine {

// What a call of forward_backward hands to every step.
struct TrainingContext {
  int64_t n = 0;  // pictures of this call
  std::span<const float> pictures;
  uint64_t seed = 0, step = 0;  // what random choices depend on, with the layer
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
      return {const_cast<float*>(pictures.data()), static_cast<size_t>(n * floats_per_picture)};
    }
    return {arena + layout->offset(buffer), static_cast<size_t>(n * floats_per_picture)};
  }
  float* at(BufferId buffer) const { return arena + layout->offset(buffer); }
};

class TrainingStep {
 public:
  virtual ~TrainingStep() = default;
  virtual void forward(const TrainingContext& context) = 0;
  virtual void backward(const TrainingContext& context) = 0;
  // The same for small batches of a step that go through the layers together, a context each.
  virtual void forward_together(std::span<const TrainingContext> contexts, const StepSums& /*sums*/) {
    for (const TrainingContext& context : contexts) forward(context);
  }
  virtual void backward_together(std::span<const TrainingContext> contexts, const StepSums& /*sums*/) {
    for (const TrainingContext& context : contexts) backward(context);
  }
  // Writes y once more, to the bit, and changes nothing else.
  virtual void recompute(const TrainingContext& context) { forward(context); }
};

// Where a step reads and writes. dx[k] is kNoBuffer where the k-th input needs no gradient.
struct TrainingBuffers {
  std::vector<BufferId> x, dx;
  BufferId y = kNoBuffer, dy = kNoBuffer;
};

// What a step is made from; only `parameters` and `moments` live on after that. The maker says when it needs which
// buffer, and how much scratch memory.
struct TrainingParts {
  const Operation& operation;
  const ParameterLayout& parameters;
  const MomentLayout& moments;
  int64_t max_batch;
  Precision precision;
  TrainingBuffers buffers;
  int forward_time, backward_time;
  ArenaLayout& layout;
  int64_t& scratch_floats;

  void use_forward(BufferId buffer) const { use(buffer, forward_time); }
  void use_backward(BufferId buffer) const { use(buffer, backward_time); }
  // What every step needs: its inputs and output going forward, the gradients by them going backward.
  void use_all() const {
    for (const BufferId x : buffers.x) use_forward(x);
    use_forward(buffers.y);
    use_backward(buffers.dy);
    for (const BufferId dx : buffers.dx) use_backward(dx);
  }
  void need_scratch(int64_t floats) const {
    if (floats > scratch_floats) scratch_floats = floats;
  }

 private:
  void use(BufferId buffer, int time) const {
    if (buffer >= 0) layout.use(buffer, time);
  }
};

}  // namespace fer::engine
