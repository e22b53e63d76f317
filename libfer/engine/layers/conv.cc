// Convolutions and dense layers (1x1 convolutions of one-pixel images). In inference the weights are laid out once for
// each size of batch.
#include "kernels/conv/conv.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "core/fork_mutex.h"
#include "engine/kernel_shapes.h"
#include "engine/layers/layers.h"
#include "kernels/norm/batch_norm.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

using kernels::ConvAlgorithm;
using kernels::ConvPass;
using kernels::ConvShape;

class ConvStep : public TrainingStep {
 public:
  explicit ConvStep(const TrainingParts& parts)
      : shape_(conv_shape(parts.operation, parts.max_batch)),
        relu_(own_activation(parts.operation.kind) == Activation::kRelu),
        joined_(parts.operation.joined_to_reader),
        buffers_(parts.buffers),
        kernel_(find_parameter(parts.parameters, parts.operation.layer, parts.operation.kernel)),
        bias_(find_parameter(parts.parameters, parts.operation.layer, parts.operation.bias)) {
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights}) {
      ConvAlgorithm& algorithm = algorithms_[static_cast<int>(pass)];
      algorithm = kernels::conv_choose(shape_, pass, parts.precision);
      parts.need_scratch(kernels::conv_scratch_floats(shape_, pass, algorithm));
    }
    parts.need_scratch(kernels::batch_norm_scratch_floats(shape_.n * shape_.oh * shape_.ow, shape_.co));
    parts.use_all();
    if (kernel_->trainable) parts.use_backward(buffers_.x[0]);
    if (relu_ && !joined_) parts.use_backward(buffers_.y);
  }

  void forward(const TrainingContext& c) override { forward(c, "forward"); }
  void recompute(const TrainingContext& c) override { forward(c, "recompute"); }

  void backward(const TrainingContext& c) override {
    const std::span<float> dy = c.view(buffers_.dy, output_floats());
    if (!joined_) note_stage(c.stages, {.pass = "backward, bias"}, [&] { bias_and_relu_backward(c, shape_of(c), dy); });
    if (kernel_->trainable) {
      note(c, ConvPass::kBackwardWeights, "backward, weights", [&](const ConvShape& s, ConvAlgorithm algorithm) {
        kernels::conv_backward_weights(s, algorithm, x(c), dy, part_of(c.gradients, kernel_), c.scratch);
      });
    }
    if (buffers_.dx[0] != kNoBuffer) {
      note(c, ConvPass::kBackwardData, "backward, data", [&](const ConvShape& s, ConvAlgorithm algorithm) {
        kernels::conv_backward_data(s, algorithm, dy, part_of(c.weights, kernel_),
                                    c.view(buffers_.dx[0], shape_.h * shape_.w * shape_.ci), c.scratch);
      });
    }
  }

 private:
  void forward(const TrainingContext& c, const char* pass) const {
    const std::span<const float> bias = part_of(c.weights, bias_);
    note(c, ConvPass::kForward, pass, [&](const ConvShape& s, ConvAlgorithm algorithm) {
      kernels::conv_forward(s, algorithm, x(c), part_of(c.weights, kernel_), {.bias = bias.data(), .relu = relu_}, y(c),
                            c.scratch);
    });
  }

  template <class Work>
  void note(const TrainingContext& c, ConvPass pass, const char* name, const Work& work) const {
    const ConvShape s = shape_of(c);
    const ConvAlgorithm algorithm = algorithms_[static_cast<int>(pass)];
    note_stage(
        c.stages,
        {.pass = name, .algorithm = kernels::conv_algorithm_name(algorithm), .macs = static_cast<double>(s.macs())},
        [&] { work(s, algorithm); });
  }

  void bias_and_relu_backward(const TrainingContext& c, const ConvShape& s, std::span<float> dy) const {
    if (relu_) kernels::activation_backward(Activation::kRelu, 0, s.co, {}, y(c), dy, dy);
    if (bias_ != nullptr && bias_->trainable) {
      kernels::column_sums(s.n * s.oh * s.ow, s.co, dy, part_of(c.gradients, bias_), c.scratch);
    }
  }

  ConvShape shape_of(const TrainingContext& c) const {
    ConvShape s = shape_;
    s.n = c.n;
    return s;
  }
  int64_t output_floats() const { return shape_.oh * shape_.ow * shape_.co; }
  std::span<float> x(const TrainingContext& c) const { return c.view(buffers_.x[0], shape_.h * shape_.w * shape_.ci); }
  std::span<float> y(const TrainingContext& c) const { return c.view(buffers_.y, output_floats()); }

  ConvShape shape_;
  bool relu_;
  bool joined_;  // the batch norm that reads y goes backward through bias and relu
  TrainingBuffers buffers_;
  const Parameter* kernel_;
  const Parameter* bias_;
  ConvAlgorithm algorithms_[3];
};

// Workspaces come in three sizes, as the best algorithm, and with it the form of the weights, depends on the batch.
constexpr std::array<int64_t, 3> kLargestBatches = {2, 16, INT64_MAX};
constexpr std::array<int64_t, 3> kTypicalBatches = {1, 8, 64};

size_t size_of(int64_t max_batch) {
  return static_cast<size_t>(std::lower_bound(kLargestBatches.begin(), kLargestBatches.end(), max_batch) -
                             kLargestBatches.begin());
}

// Weights laid out for one algorithm.
struct PreparedConv {
  PreparedConv(const kernels::ConvShape& s, kernels::ConvAlgorithm algorithm, const FusedConv& fused)
      : algorithm(algorithm), memory(kernels::conv_prepared_floats(s, algorithm)) {
    const std::vector<float> scaled = fused.kernel_scale.empty() ? std::vector<float>() : fused.scaled_kernel();
    kernels::conv_prepare_weights(s, algorithm, scaled.empty() ? fused.kernel : scaled, values(s));
  }

  std::span<float> values(const kernels::ConvShape& s) const {
    return {memory.data(), static_cast<size_t>(kernels::conv_prepared_floats(s, algorithm))};
  }

  kernels::ConvAlgorithm algorithm;
  ArenaMemory memory;
};

class ConvInference : public InferenceStep {
 public:
  explicit ConvInference(InferenceParts&& parts)
      : shape_(conv_shape(parts.operation, 1)), layer_(parts.operation.layer), fused_(std::move(*parts.conv)) {}

  void prepare(int64_t max_batch) override {
    const size_t size = size_of(max_batch);
    const kernels::ConvAlgorithm algorithm = kernels::conv_choose_prepared(with_n(kTypicalBatches[size]));
    const std::lock_guard lock(mutex_);
    if (of_size_[size] != nullptr) return;
    auto found = std::find_if(made_.begin(), made_.end(), [&](const auto& it) { return it->algorithm == algorithm; });
    if (found == made_.end()) {
      made_.push_back(std::make_unique<PreparedConv>(shape_, algorithm, fused_));
      found = made_.end() - 1;
    }
    of_size_[size] = found->get();
  }

  int64_t scratch_floats(int64_t max_batch) const override {
    return kernels::conv_forward_prepared_scratch_floats(with_n(max_batch), prepared_for(max_batch).algorithm);
  }

  void run(const InferenceContext& c) const override {
    const PreparedConv& prepared = prepared_for(c.max_batch);
    const std::span<const float> input = c.input(x[0], shape_.h * shape_.w * shape_.ci);
    if (c.observer != nullptr) (*c.observer)(layer_, input);
    kernels::conv_forward_prepared(with_n(c.n), prepared.algorithm, input, prepared.values(shape_), fused_.epilogue(),
                                   c.output(y, shape_.oh * shape_.ow * shape_.co), c.scratch);
  }

 private:
  const PreparedConv& prepared_for(int64_t max_batch) const { return *of_size_[size_of(max_batch)]; }
  kernels::ConvShape with_n(int64_t n) const {
    kernels::ConvShape s = shape_;
    s.n = n;
    return s;
  }

  kernels::ConvShape shape_;
  int layer_;
  FusedConv fused_;
  core::ForkMutex mutex_;
  std::vector<std::unique_ptr<PreparedConv>> made_;
  std::array<std::atomic<const PreparedConv*>, kTypicalBatches.size()> of_size_ = {};
};

// A value that is cheaper to compute again than to keep: a convolution of pictures of one or three channels, which are
// there anyway.
bool is_cheap(const Conv2D& layer, const Operation& operation) {
  return operation.inputs[0] < 0 && layer.kernel[0] * layer.kernel[1] * operation.input[2] <= 32;
}

LayerSteps conv_steps(Activation activation, bool cheap, const Operation& operation) {
  return {{.output_in_backward = activation == Activation::kRelu && !operation.joined_to_reader,
           .input_in_backward = true,
           .cheap = cheap,
           .convolution = true},
          make_training<ConvStep>,
          make_inference<ConvInference>};
}

}  // namespace

LayerSteps layer_steps(const Conv2D& layer, const Operation& operation) {
  return conv_steps(layer.activation, is_cheap(layer, operation), operation);
}
LayerSteps layer_steps(const Dense& layer, const Operation& operation) {
  return conv_steps(layer.activation, false, operation);
}

}  // namespace fer::engine
