#include <algorithm>
#include <utility>

#include "core/assert.h"
#include "engine/inference/fuser.h"
#include "engine/inference/int8_inference.h"
#include "engine/layers/layers.h"
#include "engine/plan.h"
#include "kernels/simd/target.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

std::unique_ptr<InferenceStep> make_step(FusedOperation& fused, const ParameterLayout& parameters,
                                         std::span<const float> weights, const Int8Plan& int8) {
  if (int8.layer != nullptr) return make_int8_conv(fused.operation, std::move(*fused.conv), int8);
  if (int8.output_bytes) return make_int8_max_pool(fused.operation);
  return layer_steps(fused.operation)
      .inference(
          {.operation = fused.operation, .parameters = parameters, .weights = weights, .conv = std::move(fused.conv)});
}

// A picture's; bytes go by four into a float.
int64_t output_floats(const Operation& operation, const Int8Plan& int8) {
  const Shape& output = operation.output;
  const int64_t floats = output.elements(), channels = output[output.rank() - 1];
  return int8.output_bytes ? floats / channels * kernels::byte_cell(channels) / 4 : floats;
}

struct BufferLife {
  int64_t floats = 0;  // a picture
  int first = 0, last = 0;
};

}  // namespace

struct InferenceModel::Impl {
  std::vector<std::unique_ptr<InferenceStep>> steps;
  std::vector<BufferLife> buffers;  // one per step
  int64_t input_floats = 0, classes = 0;
  BufferId result = kPictures;
  bool softmax = false;

  Impl(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
       std::span<const Int8Layer> int8)
      : input_floats(network.input.elements()), classes(class_count(network)) {
    kernels::check_target();
    const Graph graph = build_graph(network);
    softmax = graph.softmax;
    FusedGraph fused = fuse(graph, layout, weights);
    const std::vector<Int8Plan> int8_plans = plan_int8(network, fused, int8);
    for (size_t i = 0; i < fused.operations.size(); ++i) {
      FusedOperation& operation = fused.operations[i];
      const int time = static_cast<int>(i);
      buffers.push_back({output_floats(operation.operation, int8_plans[i]), time, time});
      steps.push_back(make_step(operation, layout, weights, int8_plans[i]));
      for (const int input : operation.inputs) {
        steps.back()->x.push_back(input < 0 ? kPictures : input);
        if (input >= 0) buffers[static_cast<size_t>(input)].last = time;
      }
      steps.back()->y = time;
    }
    if (fused.result >= 0) {
      result = fused.result;
      buffers[static_cast<size_t>(result)].last = static_cast<int>(steps.size());
    }
  }
};

struct InferenceModel::Workspace::Impl {
  int64_t max_batch;
  ArenaLayout layout;
  int64_t scratch_floats = 0;
  std::unique_ptr<ArenaMemory> memory;

  Impl(const InferenceModel::Impl& model, int64_t batch) : max_batch(batch) {
    for (const BufferLife& life : model.buffers) {
      const BufferId id = layout.add(life.floats * batch);
      layout.use(id, life.first);
      layout.use(id, life.last);
    }
    layout.place();
    for (const auto& step : model.steps) step->prepare(batch);
    for (const auto& step : model.steps) scratch_floats = std::max(scratch_floats, step->scratch_floats(batch));
    memory = std::make_unique<ArenaMemory>(layout.total_floats() + scratch_floats);
  }
};

InferenceModel::InferenceModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                               std::span<const Int8Layer> int8)
    : impl_(std::make_unique<Impl>(network, layout, weights, int8)) {}
InferenceModel::~InferenceModel() = default;
InferenceModel::InferenceModel(InferenceModel&&) noexcept = default;

InferenceModel::Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InferenceModel::Workspace::~Workspace() = default;
InferenceModel::Workspace::Workspace(Workspace&&) noexcept = default;
int64_t InferenceModel::Workspace::max_batch() const { return impl_->max_batch; }
size_t InferenceModel::Workspace::bytes() const { return impl_->memory->bytes(); }

InferenceModel::Workspace InferenceModel::make_workspace(int64_t max_batch) const {
  return Workspace(std::make_unique<Workspace::Impl>(*impl_, max_batch));
}

void InferenceModel::run(Workspace& workspace, int64_t n, std::span<const float> pictures, std::span<float> outputs,
                         const InputObserver* observer) const {
  const Workspace::Impl& w = *workspace.impl_;
  FER_ASSERT(n >= 1 && n <= w.max_batch);
  FER_ASSERT(static_cast<int64_t>(pictures.size()) == n * impl_->input_floats);
  FER_ASSERT(static_cast<int64_t>(outputs.size()) == n * impl_->classes);
  const InferenceContext context{
      .n = n,
      .max_batch = w.max_batch,
      .pictures = pictures,
      .layout = &w.layout,
      .arena = w.memory->data(),
      .scratch = {w.memory->data() + w.layout.total_floats(), static_cast<size_t>(w.scratch_floats)},
      .observer = observer};
  for (const auto& step : impl_->steps) step->run(context);
  const std::span<const float> result = context.input(impl_->result, impl_->classes);
  if (impl_->softmax) {
    kernels::activation_forward(Activation::kSoftmax, 0, impl_->classes, result, outputs);
  } else {
    std::copy(result.begin(), result.end(), outputs.begin());
  }
}

}  // namespace fer::engine
