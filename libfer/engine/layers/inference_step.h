// The steps of an inference model: immutable, shared by all workspaces.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/layers/fused_conv.h"
#include "engine/plan.h"

namespace fer::engine {

// What a call of run hands to every step.
struct InferenceContext {
  int64_t n = 0, max_batch = 0;  // of this call; of its workspace
  std::span<const float> pictures;
  const ArenaLayout* layout = nullptr;
  float* arena = nullptr;
  std::span<float> scratch;
  const InputObserver* observer = nullptr;  // may be null

  std::span<const float> input(BufferId buffer, int64_t floats_per_picture) const {
    if (buffer == kPictures) return pictures;
    return {arena + layout->offset(buffer), static_cast<size_t>(n * floats_per_picture)};
  }
  std::span<float> output(BufferId buffer, int64_t floats_per_picture) const {
    return {arena + layout->offset(buffer), static_cast<size_t>(n * floats_per_picture)};
  }
  // Buffers of bytes take a float for every 4.
  uint8_t* bytes(BufferId buffer) const { return reinterpret_cast<uint8_t*>(arena + layout->offset(buffer)); }
  std::span<uint8_t> scratch_bytes() const {
    return {reinterpret_cast<uint8_t*>(scratch.data()), scratch.size() * sizeof(float)};
  }
};

class InferenceStep {
 public:
  virtual ~InferenceStep() = default;
  virtual void run(const InferenceContext& context) const = 0;
  // Called before the first run in a workspace of this size; may allocate. From any thread.
  virtual void prepare(int64_t /*max_batch*/) {}
  virtual int64_t scratch_floats(int64_t /*max_batch*/) const { return 0; }

  std::vector<BufferId> x;
  BufferId y = kNoBuffer;
};

// What a step is made from. Of these only the weights live on: a step copies what else it needs.
struct InferenceParts {
  const Operation& operation;
  const ParameterLayout& parameters;
  std::span<const float> weights;
  std::optional<FusedConv> conv = {};  // of a convolution or dense layer, with what follows it
};

}  // namespace fer::engine
