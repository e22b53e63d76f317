// Which buffers every step of a training plan reads and writes, and for how long they live.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/layers/layers.h"

namespace fer::engine {

// Gradients that several readers of one value leave, to be added before the value's own step runs backward.
struct GradientSum {
  std::vector<BufferId> parts;  // the sum goes into the first
  int64_t floats = 0;           // a picture
};

class PlanBuilder {
 public:
  // All must outlive this. Adds its buffers to `layout`, which is to be placed when every step is made.
  PlanBuilder(const Graph& graph, const ParameterLayout& parameters, const MomentLayout& moments, int64_t max_batch,
              Precision precision, ArenaLayout& layout);

  // The step of operation i, null where there is nothing to do; grows scratch_floats to what it needs.
  std::unique_ptr<TrainingStep> make_step(int i, int64_t& scratch_floats);

  const GradientSum& gradient_sum(int i) const { return sums_[static_cast<size_t>(i)]; }
  bool wants_gradient(int i) const { return wanted_[static_cast<size_t>(i)]; }
  // The operations whose values are to be computed again, in this order, before operation i runs backward: memory for a
  // little time (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). The last is what operation i
  // reads.
  const std::vector<int>& recomputed_before(int i) const { return recomputed_before_[static_cast<size_t>(i)]; }
  BufferId logits() const { return y_.back(); }
  BufferId logits_gradient() const { return dy_.back(); }

 private:
  const Operation& operation(int i) const { return graph_.operations[static_cast<size_t>(i)]; }
  const LayerTraits& traits(int i) const { return steps_[static_cast<size_t>(i)].traits; }
  int readers(int i) const { return readers_[static_cast<size_t>(i + 1)]; }
  // Forward steps run at 0 .. count-1, the loss at count, backward steps after it in reverse.
  int backward_time(int i) const { return 2 * count_ - i; }
  BufferId y(int i) const { return i < 0 ? kPictures : y_[static_cast<size_t>(i)]; }

  BufferId new_buffer(int64_t floats_per_picture);
  void place_output(int i);
  void place_gradients(int i);
  void take_gradient(int i);
  bool has_trainable_parameters(int i) const;
  std::vector<bool> find_wanted_gradients() const;
  std::vector<int> remakers(int i) const;
  void leave_input(int i);

  const Graph& graph_;
  const ParameterLayout& parameters_;
  const MomentLayout& moments_;
  int64_t max_batch_;
  Precision precision_;
  ArenaLayout& layout_;
  int count_;
  std::vector<LayerSteps> steps_;
  std::vector<int> readers_;
  std::vector<std::vector<int>> recomputed_before_;
  std::vector<bool> wanted_;
  std::vector<BufferId> y_, dy_;
  std::vector<TrainingBuffers> buffers_;
  std::vector<GradientSum> sums_;
  std::vector<bool> pinned_, shared_;  // of buffers: needed again later; read by several
};

}  // namespace fer::engine
