// Plans bind a network to this machine: a kernel for every step, one arena for every buffer, laid out by lifetime.
// After construction nothing is allocated.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/moments.h"
#include "engine/stages.h"
#include "engine/step_sums.h"
#include "fer/loss.h"
#include "fer/model.h"
#include "fer/network.h"
#include "fer/precision.h"

namespace fer::engine {

// Called with a layer (an index of the network's) and its input, [n, ...].
using InputObserver = std::function<void(int layer, std::span<const float> input)>;

// Forward and backward of one batch.
class TrainingPlan {
 public:
  // For batches of up to max_batch pictures, of which up to `together` go through the layers at once, each with memory
  // of its own. Throws Error naming the layer for what cannot be trained (the last layer
  // must be a softmax or give logits over classes), and for a precision that is not available.
  TrainingPlan(const Network& network, const ParameterLayout& layout, int64_t max_batch,
               Precision precision = Precision::kFp32, int64_t together = 1);
  ~TrainingPlan();
  TrainingPlan(TrainingPlan&&) noexcept;

  struct Batch {
    int64_t n = 0;
    std::span<const float> pictures;  // [n, input]
    std::span<const float> targets;   // [n, classes]
    std::span<const float> weights;   // [n], or empty for ones
    Loss loss = Loss::kCrossEntropy;
    SymmetricCrossEntropy symmetric = {};  // of that loss
    std::span<float> probabilities = {};   // [n, classes], overwritten by the softmax of the logits; or empty
    double mean_over = 0;                  // the loss is divided by this many pictures; 0: by n
    bool regularized = true;               // the penalty and its gradient join in
    // Called from within the backward pass, on the calling thread: the gradients from `begin` on are as they will be.
    // Each call goes further to the front, the last one to 0. Results have the same bits without it. Or empty.
    std::function<void(int64_t begin)> on_gradients = {};
    uint64_t seed = 0;  // with step: what dropout's masks depend on
    uint64_t step = 0;
    Stages* stages = nullptr;  // what this call did is appended; or null
  };
  struct Result {
    double loss_sum = 0;  // weighted, summed over the batch
    double penalty = 0;   // regularisation, once; 0 where it was left out
    int64_t correct = 0;
  };
  // weights    [layout.total_floats]      read
  // gradients  [layout.trainable_floats]  overwritten by the gradient of loss_sum / mean_over + penalty
  // moments    [moment_layout().floats]   overwritten by the mean and the biased variance of this batch that every
  // batch
  //            norm found which is not frozen. The moving moments among the weights stay as they are:
  //            update_moving_moments (engine/moments.h) lets these into them.
  Result forward_backward(const Batch& batch, std::span<const float> weights, std::span<float> gradients,
                          std::span<float> moments);
  // The forward pass alone, as it is in training (dropout, batch norms by this batch): for its moments. batch's targets
  // and weights may be empty.
  void forward(const Batch& batch, std::span<const float> weights, std::span<float> moments);
  // Both for small batches of a step that go through the layers together, so that batch norms use the statistics of the
  // whole step: sums' batches, of which these are this process's. `gradients`: of each batch; dgamma and dbeta are its
  // own share. on_gradients is called of one batch alone. `moments`: those of the step.
  std::vector<Result> forward_backward_together(std::span<const Batch> batches, const StepSums& sums,
                                                std::span<const float> weights,
                                                std::span<const std::span<float>> gradients, std::span<float> moments);
  void forward_together(std::span<const Batch> batches, const StepSums& sums, std::span<const float> weights,
                        std::span<float> moments);
  const MomentLayout& moment_layout() const;

  size_t arena_bytes() const;
  // What a plan would take, without taking it.
  static size_t arena_bytes(const Network& network, const ParameterLayout& layout, int64_t max_batch,
                            Precision precision = Precision::kFp32);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A network with weights prepared for inference (batch norm folded, kernels packed), shared by any number of
// workspaces.
class InferenceModel {
 public:
  // weights [layout.total_floats]: read whenever a workspace is made, so they must live as long as this. (Each size of
  // batch has its best form of them, made with its first workspace.)
  // int8: the layers that compute in 8-bit integers, if any.
  InferenceModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                 std::span<const Int8Layer> int8 = {});
  ~InferenceModel();
  InferenceModel(InferenceModel&&) noexcept;

  class Workspace {
   public:
    ~Workspace();
    Workspace(Workspace&&) noexcept;
    int64_t max_batch() const;
    size_t bytes() const;  // of memory

   private:
    friend class InferenceModel;
    struct Impl;
    explicit Workspace(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  // Buffers for batches of up to max_batch; one call to run at a time each. The last bits of results may depend on
  // max_batch.
  Workspace make_workspace(int64_t max_batch) const;

  // pictures [n, input] -> outputs [n, classes] (the network's last layer: probabilities where that is a softmax).
  // Allocates nothing. observer: sees the inputs of all convolutions and dense layers in floats, or null.
  void run(Workspace& workspace, int64_t n, std::span<const float> pictures, std::span<float> outputs,
           const InputObserver* observer = nullptr) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fer::engine
