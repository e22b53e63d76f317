// The steps of an inference model: immutable, shared by all workspaces.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/plan.h"
#include "kernels/conv/conv.h"
#include "kernels/shapes.h"

namespace fer::engine {

// The pictures of a call, which lie in the caller's memory.
inline constexpr BufferId kInputPictures = -2;

// What a call of run hands to every step.
struct InferenceContext {
  int64_t n = 0, max_batch = 0;  // of this call; of its workspace
  std::span<const float> pictures;
  const ArenaLayout* layout = nullptr;
  float* arena = nullptr;
  std::span<float> scratch;
  const InputObserver* observer = nullptr;  // may be null

  std::span<const float> input(BufferId buffer, int64_t floats_per_picture) const {
    if (buffer == kInputPictures) return pictures;
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

// A batch norm with its moving moments: y = x * scale + shift.
struct ScaleShift {
  std::vector<float> scale, shift;
};
ScaleShift frozen_batch_norm(const Node& node, const ParameterLayout& layout, std::span<const float> weights);

// A convolution or dense layer together with what follows it: y = min(relu(x * w + bias), relu_cap) * scale + shift,
// where w is the kernel with its output channels scaled.
struct FusedConv {
  std::span<const float> kernel;
  std::vector<float> kernel_scale;  // empty: ones
  std::vector<float> bias;          // empty: zeros
  bool relu = false;
  float relu_cap = std::numeric_limits<float>::infinity();
  ScaleShift after;  // empty: nothing

  // Takes in what follows; false where the order bias, relu, scale does not allow it.
  bool absorb_batch_norm(const ScaleShift& norm);
  bool absorb_relu(float cap);

  std::vector<float> scaled_kernel() const;
  // Of pointers into this.
  kernels::ConvEpilogue epilogue() const;
};
FusedConv fused_conv(const Node& node, const ParameterLayout& layout, std::span<const float> weights);

// A step of the model before its buffers are known.
struct PlannedStep {
  Node node;                       // what gives its output's shape
  std::vector<int> inputs;         // steps; -1: the pictures
  std::optional<FusedConv> conv;   // convolutions, also depthwise, and dense layers
  std::optional<ScaleShift> norm;  // a batch norm that stands alone
  std::span<const float> alpha;    // of a PRelu
};

kernels::ConvShape conv_shape(const Node& node, int64_t n);
std::unique_ptr<InferenceStep> make_conv_inference(const Node& node, FusedConv fused);
std::unique_ptr<InferenceStep> make_scale_shift_inference(const Node& node, ScaleShift values);
std::unique_ptr<InferenceStep> make_depthwise_inference(const Node& node, FusedConv fused);
std::unique_ptr<InferenceStep> make_prelu_inference(const Node& node, std::span<const float> alpha);
// Products, concatenation.
std::unique_ptr<InferenceStep> make_combining_inference(const Node& node);
// Every other kind of node.
std::unique_ptr<InferenceStep> make_inference_step(const Node& node);

}  // namespace fer::engine
