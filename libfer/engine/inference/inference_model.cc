#include <algorithm>
#include <limits>
#include <optional>

#include "core/assert.h"
#include "engine/inference/inference_step.h"
#include "engine/inference/int8_inference.h"
#include "engine/plan.h"
#include "kernels/simd/target.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

bool vanishes(const LayerKind& kind) {
  return std::holds_alternative<Dropout>(kind) || std::holds_alternative<Flatten>(kind) ||
         std::holds_alternative<Reshape>(kind);
}

bool has_kernel(const LayerKind& kind) {
  return std::holds_alternative<Conv2D>(kind) || std::holds_alternative<DepthwiseConv2D>(kind) ||
         std::holds_alternative<Dense>(kind);
}

// What a relu cuts its values off at; none: the node is no relu.
std::optional<float> cap_of_relu(const Node& node) {
  const auto* layer = std::get_if<ActivationLayer>(&node.kind);
  if (layer == nullptr) return std::nullopt;
  if (layer->function == Activation::kRelu6) return 6.0f;
  if (layer->function == Activation::kRelu) return std::numeric_limits<float>::infinity();
  return std::nullopt;
}

// Walks the graph once; batch norms and relus join the convolution before them, dropout and mere changes of shape
// vanish.
class Fuser {
 public:
  Fuser(const Graph& graph, const ParameterLayout& layout, std::span<const float> weights)
      : layout_(layout), weights_(weights), readers_(count_readers(graph)) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) step_of_node_.push_back(step_for(graph.nodes[i]));
  }

  std::vector<PlannedStep> steps;
  int last() const { return step_of_node_.back(); }

 private:
  int step_of(int node) const { return node < 0 ? -1 : step_of_node_[static_cast<size_t>(node)]; }

  // The convolution that gives the node's input, where nothing else reads that.
  FusedConv* open_conv(const Node& node) {
    const int step = step_of(node.inputs[0]);
    if (step < 0 || readers_[static_cast<size_t>(node.inputs[0] + 1)] != 1 || shared_[static_cast<size_t>(step)])
      return nullptr;
    auto& conv = steps[static_cast<size_t>(step)].conv;
    return conv ? &*conv : nullptr;
  }

  int add(PlannedStep planned) {
    steps.push_back(std::move(planned));
    shared_.push_back(false);
    return static_cast<int>(steps.size()) - 1;
  }

  int step_for(const Node& node) {
    const int before = step_of(node.inputs[0]);
    // A value read twice, even if only under an alias of it, stays as it is.
    if (before >= 0 && readers_[static_cast<size_t>(node.inputs[0] + 1)] > 1)
      shared_[static_cast<size_t>(before)] = true;
    if (vanishes(node.kind)) return before;
    PlannedStep planned{.node = node, .inputs = {}, .conv = {}, .norm = {}, .alpha = {}};
    for (const int input : node.inputs) planned.inputs.push_back(step_of(input));
    if (has_kernel(node.kind)) {
      planned.conv = fused_conv(node, layout_, weights_);
    } else if (std::holds_alternative<BatchNorm>(node.kind)) {
      planned.norm = frozen_batch_norm(node, layout_, weights_);
      if (FusedConv* conv = open_conv(node); conv != nullptr && conv->absorb_batch_norm(*planned.norm)) return before;
    } else if (std::holds_alternative<PRelu>(node.kind)) {
      const Parameter& alpha = *find_parameter(layout_, node.layer, "alpha");
      planned.alpha = weights_.subspan(alpha.offset, alpha.shape.elements());
    } else if (const std::optional<float> cap = cap_of_relu(node)) {
      if (FusedConv* conv = open_conv(node); conv != nullptr && conv->absorb_relu(*cap)) return before;
    }
    return add(std::move(planned));
  }

  const ParameterLayout& layout_;
  std::span<const float> weights_;
  std::vector<int> readers_;
  std::vector<int> step_of_node_;
  std::vector<bool> shared_;
};

std::unique_ptr<InferenceStep> make_step(PlannedStep& planned, const Int8Plan& int8) {
  if (int8.layer != nullptr) return make_int8_conv(planned.node, std::move(*planned.conv), int8);
  if (int8.output_bytes) return make_int8_max_pool(planned.node);
  if (std::holds_alternative<DepthwiseConv2D>(planned.node.kind))
    return make_depthwise_inference(planned.node, std::move(*planned.conv));
  if (planned.conv) return make_conv_inference(planned.node, std::move(*planned.conv));
  if (planned.norm) return make_scale_shift_inference(planned.node, std::move(*planned.norm));
  if (std::holds_alternative<PRelu>(planned.node.kind)) return make_prelu_inference(planned.node, planned.alpha);
  return make_inference_step(planned.node);
}

// A picture's; bytes go by four into a float.
int64_t output_floats(const Node& node, const Int8Plan& int8) {
  const int64_t floats = node.output.elements(), channels = node.output[node.output.rank() - 1];
  return int8.output_bytes ? floats / channels * kernels::byte_cell(channels) / 4 : floats;
}

struct BufferLife {
  int64_t floats = 0;  // a picture
  int first = 0, last = 0;
};

}  // namespace

struct InferenceModel::Impl {
  std::vector<std::unique_ptr<InferenceStep>> steps;
  std::vector<BufferLife> buffers;  // one a step
  int64_t input_floats = 0, classes = 0;
  BufferId result = kInputPictures;
  bool softmax = false;

  Impl(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
       std::span<const Int8Layer> int8)
      : input_floats(network.input.elements()), classes(class_count(network)) {
    kernels::check_target();
    const Graph graph = build_graph(network);
    softmax = graph.softmax;
    Fuser fuser(graph, layout, weights);
    const std::vector<Int8Plan> int8_plans = plan_int8(network, fuser.steps, fuser.last(), int8);
    for (size_t i = 0; i < fuser.steps.size(); ++i) {
      PlannedStep& planned = fuser.steps[i];
      const int time = static_cast<int>(i);
      buffers.push_back({output_floats(planned.node, int8_plans[i]), time, time});
      steps.push_back(make_step(planned, int8_plans[i]));
      for (const int input : planned.inputs) {
        steps.back()->x.push_back(input < 0 ? kInputPictures : input);
        if (input >= 0) buffers[static_cast<size_t>(input)].last = time;
      }
      steps.back()->y = time;
    }
    if (fuser.last() >= 0) {
      result = fuser.last();
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
