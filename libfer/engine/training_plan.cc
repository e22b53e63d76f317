// From a network to a training plan: which buffers every step reads and writes, and for how long they live.
#include <algorithm>
#include <string>

#include "core/assert.h"
#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/plan.h"
#include "engine/training_step.h"
#include "fer/error.h"
#include "kernels/elementwise.h"
#include "kernels/target.h"

namespace fer::engine {
namespace {

bool has_trainable_parameters(const ParameterLayout& layout, const Node& node) {
  return std::any_of(layout.parameters.begin(), layout.parameters.end(),
                     [&](const Parameter& p) { return p.layer == node.layer && p.trainable; });
}

// Whether the gradient by a node's value is wanted: where it, or anything before it, is trained.
std::vector<bool> find_gradient_nodes(const Graph& graph, const ParameterLayout& layout) {
  std::vector<bool> wanted(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    wanted[i] = has_trainable_parameters(layout, node) ||
                std::any_of(node.inputs.begin(), node.inputs.end(),
                            [&](int input) { return input >= 0 && wanted[static_cast<size_t>(input)]; });
  }
  return wanted;
}

// The names that a profile gives to a node's stages, and the bytes of a whole batch's input and output and of its
// weights.
Stage nominal_stage(const Network& network, const ParameterLayout& parameters, const Node& node, int64_t batch) {
  const auto name = [&](int layer) { return network.layers[static_cast<size_t>(layer)].name; };
  Stage stage{.layers = name(node.layer), .type = layer_type_name(node.kind)};
  if (node.joined) {
    for (const int layer : node.joined->layers_after) stage.layers.append("+").append(name(layer));
  }
  int64_t floats = batch * (node.input.elements() + node.output.elements());
  for (const Parameter& p : parameters.parameters) {
    if (p.layer == node.layer) floats += p.shape.elements();
  }
  stage.bytes = static_cast<double>(floats) * sizeof(float);
  return stage;
}

// Gradients that several readers of one value leave, to be added before the value's own step runs backward.
struct GradientSum {
  std::vector<BufferId> parts;  // the sum goes into the first
  int64_t floats = 0;           // a picture
};

class PlanBuilder {
 public:
  PlanBuilder(const Graph& graph, const ParameterLayout& parameters, int64_t max_batch, Precision precision,
              ArenaLayout& layout)
      : graph_(graph),
        parameters_(parameters),
        max_batch_(max_batch),
        precision_(precision),
        layout_(layout),
        count_(static_cast<int>(graph.nodes.size())),
        readers_(count_readers(graph)),
        wanted_(find_gradient_nodes(graph, parameters)),
        y_(graph.nodes.size(), kNoBuffer),
        dy_(graph.nodes.size(), kNoBuffer),
        buffers_(graph.nodes.size()),
        sums_(graph.nodes.size()) {
    for (int i = 0; i < count_; ++i) place_output(i);
    for (int i = count_ - 1; i >= 0; --i) place_gradients(i);
  }

  std::unique_ptr<TrainingStep> make_step(int i, int64_t& scratch_floats) {
    return make_training_step({.node = node(i),
                               .parameters = parameters_,
                               .max_batch = max_batch_,
                               .precision = precision_,
                               .buffers = buffers_[static_cast<size_t>(i)],
                               .forward_time = i,
                               .backward_time = backward_time(i),
                               .layout = layout_,
                               .scratch_floats = scratch_floats});
  }

  const GradientSum& gradient_sum(int i) const { return sums_[static_cast<size_t>(i)]; }
  bool wants_gradient(int i) const { return wanted_[static_cast<size_t>(i)]; }
  BufferId logits() const { return y_.back(); }
  BufferId logits_gradient() const { return dy_.back(); }

 private:
  const Node& node(int i) const { return graph_.nodes[static_cast<size_t>(i)]; }
  int readers(int i) const { return readers_[static_cast<size_t>(i + 1)]; }
  // Forward steps run at 0 .. count-1, the loss at count, backward steps after it in reverse.
  int backward_time(int i) const { return 2 * count_ - i; }
  BufferId y(int i) const { return i < 0 ? kPictures : y_[static_cast<size_t>(i)]; }

  BufferId new_buffer(int64_t floats_per_picture) {
    // What a step still needs later may not be overwritten.
    pinned_.push_back(false);
    shared_.push_back(false);
    const BufferId id = layout_.add(floats_per_picture * max_batch_);
    FER_ASSERT(static_cast<size_t>(id) + 1 == pinned_.size());
    return id;
  }

  void place_output(int i) {
    const Node& n = node(i);
    const StepTraits traits = step_traits(n);
    const BufferId x = y(n.inputs[0]);
    const bool free_to_overwrite =
        x >= 0 && !pinned_[static_cast<size_t>(x)] && !shared_[static_cast<size_t>(x)] && readers(n.inputs[0]) == 1;
    const bool same = traits.alias || (traits.in_place && free_to_overwrite);
    const BufferId out = same ? x : new_buffer(n.output.elements());
    y_[static_cast<size_t>(i)] = out;
    for (const int input : n.inputs) {
      buffers_[static_cast<size_t>(i)].x.push_back(y(input));
      if (traits.input_in_backward && y(input) >= 0) pinned_[static_cast<size_t>(y(input))] = true;
    }
    buffers_[static_cast<size_t>(i)].y = out;
    if (out < 0) return;  // a flattened picture
    if (traits.output_in_backward) pinned_[static_cast<size_t>(out)] = true;
    if (readers(i) > 1) shared_[static_cast<size_t>(out)] = true;
    // Kept for every reader, also where only an alias of it is read.
    layout_.use(out, i);
    if (i == count_ - 1) layout_.use(out, count_);
  }

  void place_gradients(int i) {
    StepBuffers& buffers = buffers_[static_cast<size_t>(i)];
    const Node& n = node(i);
    buffers.dx.assign(n.inputs.size(), kNoBuffer);
    if (!wanted_[static_cast<size_t>(i)]) return;
    take_gradient(i);
    buffers.dy = dy_[static_cast<size_t>(i)];
    const StepTraits traits = step_traits(n);
    for (size_t k = 0; k < n.inputs.size(); ++k) {
      const int input = n.inputs[k];
      if (input < 0 || !wanted_[static_cast<size_t>(input)]) continue;
      const bool same = traits.alias || (traits.gradient_in_place && k == 0);
      buffers.dx[k] = same                         ? buffers.dy
                      : traits.gradient_over_input ? buffers.x[k]
                                                   : new_buffer(node(input).output.elements());
      sums_[static_cast<size_t>(input)].parts.push_back(buffers.dx[k]);
      layout_.use(buffers.dx[k], backward_time(i));
    }
  }

  // The gradient by node i's value: what its readers left.
  void take_gradient(int i) {
    GradientSum& sum = sums_[static_cast<size_t>(i)];
    sum.floats = node(i).output.elements();
    if (i == count_ - 1) {
      dy_[static_cast<size_t>(i)] = new_buffer(sum.floats);
      layout_.use(dy_[static_cast<size_t>(i)], count_);
      return;
    }
    dy_[static_cast<size_t>(i)] = sum.parts[0];
    for (const BufferId part : sum.parts) layout_.use(part, backward_time(i));
  }

  const Graph& graph_;
  const ParameterLayout& parameters_;
  int64_t max_batch_;
  Precision precision_;
  ArenaLayout& layout_;
  int count_;
  std::vector<int> readers_;
  std::vector<bool> wanted_;
  std::vector<BufferId> y_, dy_;
  std::vector<StepBuffers> buffers_;
  std::vector<GradientSum> sums_;
  std::vector<bool> pinned_, shared_;
};

}  // namespace

struct TrainingPlan::Impl {
  struct PlannedStep {
    std::unique_ptr<TrainingStep> step;  // null where there is nothing to do
    GradientSum sum;
    bool backward = false;
    Stage nominal;  // what a profile says of the step's layers
  };

  ParameterLayout parameters;
  int64_t max_batch = 0, classes = 0, input_floats = 0;
  bool softmax_last = false;  // of the network; the plan itself ends in the logits
  std::vector<PlannedStep> steps;
  ArenaLayout layout;
  BufferId logits = kNoBuffer, logits_gradient = kNoBuffer;
  int64_t scratch_floats = 0;
  std::unique_ptr<ArenaMemory> memory, scratch;

  // Memory is not taken before allocate().
  Impl(const Network& network, const ParameterLayout& parameter_layout, int64_t batch, Precision precision)
      : parameters(parameter_layout),
        max_batch(batch),
        classes(class_count(network)),
        input_floats(network.input.elements()) {
    if (batch < 1) throw Error("batch size: expected 1 or more, found " + std::to_string(batch));
    kernels::check_target();
    const Graph graph = join_batch_norms(build_graph(network));
    softmax_last = graph.softmax;
    PlanBuilder builder(graph, parameters, max_batch, precision, layout);
    for (int i = 0; i < static_cast<int>(graph.nodes.size()); ++i) {
      steps.push_back({builder.make_step(i, scratch_floats), builder.gradient_sum(i), builder.wants_gradient(i),
                       nominal_stage(network, parameters, graph.nodes[static_cast<size_t>(i)], max_batch)});
    }
    if (!steps.back().backward)
      throw Error("network " + network.name + ": no layer to train (all are frozen or without parameters)");
    logits = builder.logits();
    logits_gradient = builder.logits_gradient();
    layout.place();
  }

  void allocate() {
    memory = std::make_unique<ArenaMemory>(layout.total_floats());
    scratch = std::make_unique<ArenaMemory>(scratch_floats);
  }

  void forward(const StepContext& context) const {
    for (const PlannedStep& planned : steps) {
      if (planned.step != nullptr) note(planned, "forward", context, [&] { planned.step->forward(context); });
    }
  }

  // Notes a step's work: the stages that it notes itself, or all of it as one.
  template <class Work>
  void note(const PlannedStep& planned, const char* pass, const StepContext& context, const Work& work) const {
    if (context.profile == nullptr) return work();
    std::vector<Stage>& stages = context.profile->stages;
    const size_t before = stages.size();
    StepProfile whole;
    note_stage(&whole, {.pass = pass}, work);
    if (stages.size() == before) stages.push_back(whole.stages[0]);
    for (size_t i = before; i < stages.size(); ++i) {
      stages[i].layers = planned.nominal.layers;
      stages[i].type = planned.nominal.type;
      stages[i].bytes = planned.nominal.bytes;
    }
  }

  // The loss of the logits, and its gradient by them.
  kernels::LossSum loss(const StepContext& context) const {
    const TrainingPlan::Batch& batch = *context.batch;
    const double pictures = batch.mean_over > 0 ? batch.mean_over : static_cast<double>(batch.n);
    const auto scale = static_cast<float>(1 / pictures);
    const std::span<float> x = context.view(logits, classes), dx = context.view(logits_gradient, classes);
    if (batch.loss == Loss::kSquaredHinge) {
      return kernels::squared_hinge(classes, softmax_last, x, batch.targets, batch.weights, scale, dx);
    }
    return kernels::softmax_cross_entropy(classes, x, batch.targets, batch.weights, scale, dx);
  }

  void clear_gaps(std::span<float> gradients) const {
    for (const Parameter& p : parameters.parameters) {
      if (!p.trainable) continue;
      const int64_t end = p.offset + p.shape.elements();
      std::fill(gradients.begin() + end,
                gradients.begin() + std::min<int64_t>((end + 15) / 16 * 16, parameters.trainable_floats), 0.0f);
    }
  }

  double add_regularizers(std::span<const float> weights, std::span<float> gradients) const {
    double penalty = 0;
    for (const Parameter& p : parameters.parameters) {
      if (!p.trainable || p.regularizer == Regularizer{}) continue;
      const auto offset = static_cast<size_t>(p.offset), count = static_cast<size_t>(p.shape.elements());
      penalty += kernels::add_regularizer(p.regularizer.l1, p.regularizer.l2, weights.subspan(offset, count),
                                          gradients.subspan(offset, count));
    }
    return penalty;
  }

  void backward(const StepContext& context) const {
    for (size_t i = steps.size(); i-- > 0;) {
      const PlannedStep& planned = steps[i];
      if (!planned.backward) continue;
      for (size_t part = 1; part < planned.sum.parts.size(); ++part) {
        const std::span<float> sum = context.view(planned.sum.parts[0], planned.sum.floats);
        kernels::add(sum, context.view(planned.sum.parts[part], planned.sum.floats), sum);
      }
      if (planned.step != nullptr) note(planned, "backward", context, [&] { planned.step->backward(context); });
    }
  }
};

TrainingPlan::TrainingPlan(const Network& network, const ParameterLayout& layout, int64_t max_batch,
                           Precision precision)
    : impl_(std::make_unique<Impl>(network, layout, max_batch, precision)) {
  expect_available(precision);
  impl_->allocate();
}
TrainingPlan::~TrainingPlan() = default;
TrainingPlan::TrainingPlan(TrainingPlan&&) noexcept = default;

TrainingPlan::Result TrainingPlan::forward_backward(const Batch& batch, std::span<float> weights,
                                                    std::span<float> gradients) {
  Impl& p = *impl_;
  FER_ASSERT(batch.n >= 1 && batch.n <= p.max_batch);
  FER_ASSERT(static_cast<int64_t>(batch.pictures.size()) == batch.n * p.input_floats);
  FER_ASSERT(static_cast<int64_t>(batch.targets.size()) == batch.n * p.classes);
  FER_ASSERT(static_cast<int64_t>(weights.size()) == p.parameters.total_floats);
  FER_ASSERT(static_cast<int64_t>(gradients.size()) == p.parameters.trainable_floats);
  const StepContext context{.n = batch.n,
                            .batch = &batch,
                            .weights = weights,
                            .gradients = gradients,
                            .layout = &p.layout,
                            .arena = p.memory->data(),
                            .scratch = {p.scratch->data(), static_cast<size_t>(p.scratch_floats)},
                            .profile = batch.profile};
  p.forward(context);
  kernels::LossSum loss;
  note_stage(batch.profile, {.pass = "loss"}, [&] { loss = p.loss(context); });
  p.backward(context);
  p.clear_gaps(gradients);
  double penalty = 0;
  if (batch.regularized) {
    note_stage(batch.profile, {.pass = "regularizers"}, [&] { penalty = p.add_regularizers(weights, gradients); });
  }
  return {.loss_sum = loss.loss_sum, .penalty = penalty, .correct = loss.correct};
}

size_t TrainingPlan::arena_bytes() const {
  return static_cast<size_t>(impl_->layout.total_floats() + impl_->scratch_floats) * sizeof(float);
}

size_t TrainingPlan::arena_bytes(const Network& network, const ParameterLayout& layout, int64_t max_batch,
                                 Precision precision) {
  const Impl plan(network, layout, max_batch, precision);
  return static_cast<size_t>(plan.layout.total_floats() + plan.scratch_floats) * sizeof(float);
}

}  // namespace fer::engine
