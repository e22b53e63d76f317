#include <algorithm>
#include <string>

#include "core/assert.h"
#include "engine/arena.h"
#include "engine/graph.h"
#include "engine/plan.h"
#include "engine/training/join_batch_norms.h"
#include "engine/training/plan_builder.h"
#include "fer/error.h"
#include "kernels/loss/softmax.h"
#include "kernels/simd/target.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

// The names of an operation's stages, and the bytes of a whole batch's input and output and of its weights.
Stage nominal_stage(const Network& network, const ParameterLayout& parameters, const Operation& operation,
                    int64_t batch) {
  const auto name = [&](int layer) { return network.layers[static_cast<size_t>(layer)].name; };
  Stage stage{.layers = name(operation.layer),
              .type = std::visit([](const auto& kind) { return layer_type_name(kind); }, operation.kind)};
  if (operation.joined) {
    for (const int layer : operation.joined->layers_after) stage.layers.append("+").append(name(layer));
  }
  int64_t floats = batch * (operation.input.elements() + operation.output.elements());
  for (const Parameter& p : parameters.parameters) {
    if (p.layer == operation.layer) floats += p.shape.elements();
  }
  stage.bytes = static_cast<double>(floats) * sizeof(float);
  return stage;
}

// From where on all gradients are done once operation `done` and those after it have gone backward: those of a layer
// are when its first operation has.
int64_t gradients_done_from(const Graph& graph, const ParameterLayout& parameters, int done) {
  const auto is_done = [&](const Parameter& p) {
    return std::none_of(graph.operations.begin(), graph.operations.begin() + done,
                        [&](const Operation& operation) { return operation.layer == p.layer; });
  };
  int64_t waits_until = 0;
  for (const Parameter& p : parameters.parameters) {
    if (p.trainable && !is_done(p)) waits_until = std::max(waits_until, (p.offset + p.shape.elements() + 15) / 16 * 16);
  }
  return std::min(waits_until, parameters.trainable_floats);
}

}  // namespace

struct TrainingPlan::Impl {
  struct PlannedStep {
    std::unique_ptr<TrainingStep> step;  // null where there is nothing to do
    GradientSum sum;
    bool backward = false;
    std::vector<int> recomputed_before;  // see PlanBuilder
    int64_t gradients_from = 0;          // they are done from there on when the step has gone backward
    Stage nominal;                       // what every stage of the step's layers says of them
  };

  ParameterLayout parameters;
  MomentLayout moments;
  int64_t max_batch = 0, classes = 0, input_floats = 0;
  bool softmax_last = false;  // of the network; the plan itself ends in the logits
  std::vector<PlannedStep> steps;
  ArenaLayout layout;
  BufferId logits = kNoBuffer, logits_gradient = kNoBuffer;
  int64_t scratch_floats = 0;
  std::vector<std::unique_ptr<ArenaMemory>> memory;  // of each of the batches that go through together
  std::unique_ptr<ArenaMemory> scratch;
  std::vector<double> penalties;  // of every parameter, of the batch

  // Memory is not taken before allocate().
  Impl(const Network& network, const ParameterLayout& parameter_layout, int64_t batch, Precision precision)
      : parameters(parameter_layout),
        moments(engine::moment_layout(network, parameter_layout)),
        max_batch(batch),
        classes(class_count(network)),
        input_floats(network.input.elements()) {
    if (batch < 1) throw Error("batch size: expected 1 or more, found " + std::to_string(batch));
    kernels::check_target();
    const Graph graph = join_batch_norms(build_graph(network));
    softmax_last = graph.softmax;
    PlanBuilder builder(graph, parameters, moments, max_batch, precision, layout);
    for (int i = 0; i < static_cast<int>(graph.operations.size()); ++i) {
      steps.push_back({builder.make_step(i, scratch_floats), builder.gradient_sum(i), builder.wants_gradient(i),
                       builder.recomputed_before(i), gradients_done_from(graph, parameters, i),
                       nominal_stage(network, parameters, graph.operations[static_cast<size_t>(i)], max_batch)});
    }
    if (!steps.back().backward)
      throw Error("network " + network.name + ": no layer to train (all are frozen or without parameters)");
    logits = builder.logits();
    logits_gradient = builder.logits_gradient();
    layout.place();
    penalties.resize(parameters.parameters.size());
  }

  void allocate(int64_t together) {
    for (int64_t k = 0; k < together; ++k) memory.push_back(std::make_unique<ArenaMemory>(layout.total_floats()));
    scratch = std::make_unique<ArenaMemory>(scratch_floats);
  }

  TrainingContext context(const TrainingPlan::Batch& batch, std::span<const float> weights, std::span<float> gradients,
                          std::span<float> batch_moments, size_t place = 0) const {
    FER_ASSERT(batch.n >= 1 && batch.n <= max_batch);
    FER_ASSERT(static_cast<int64_t>(batch.pictures.size()) == batch.n * input_floats);
    FER_ASSERT(static_cast<int64_t>(weights.size()) == parameters.total_floats);
    FER_ASSERT(static_cast<int64_t>(batch_moments.size()) == moments.floats);
    return {.n = batch.n,
            .pictures = batch.pictures,
            .seed = batch.seed,
            .step = batch.step,
            .weights = weights,
            .gradients = gradients,
            .moments = batch_moments,
            .layout = &layout,
            .arena = memory[place]->data(),
            .scratch = {scratch->data(), static_cast<size_t>(scratch_floats)},
            .stages = batch.stages};
  }

  // work(step): forward, of one batch or of several.
  template <class Work>
  void forward(const TrainingContext& context, const Work& work) const {
    for (const PlannedStep& planned : steps) {
      if (planned.step != nullptr) note(planned, "forward", context, [&] { work(*planned.step); });
    }
  }
  void forward(const TrainingContext& context) const {
    forward(context, [&](TrainingStep& step) { step.forward(context); });
  }

  // Notes a step's work: the stages that it notes itself, or all of it as one.
  template <class Work>
  void note(const PlannedStep& planned, const char* pass, const TrainingContext& context, const Work& work) const {
    if (context.stages == nullptr) return work();
    Stages& stages = *context.stages;
    const size_t before = stages.size();
    Stages whole;
    note_stage(&whole, {.pass = pass}, work);
    if (stages.size() == before) stages.push_back(whole[0]);
    for (size_t i = before; i < stages.size(); ++i) {
      stages[i].layers = planned.nominal.layers;
      stages[i].type = planned.nominal.type;
      stages[i].bytes = planned.nominal.bytes;
    }
  }

  // The loss of the logits, and its gradient by them.
  kernels::LossSum loss(const TrainingContext& context, const TrainingPlan::Batch& batch) const {
    const double pictures = batch.mean_over > 0 ? batch.mean_over : static_cast<double>(batch.n);
    const auto scale = static_cast<float>(1 / pictures);
    const std::span<float> x = context.view(logits, classes), dx = context.view(logits_gradient, classes);
    // (Before the gradient, which may take the place of the logits.)
    if (!batch.probabilities.empty()) kernels::softmax_forward(classes, x, batch.probabilities);
    if (batch.loss == Loss::kSquaredHinge) {
      return kernels::squared_hinge(classes, softmax_last, x, batch.targets, batch.weights, scale, dx);
    }
    if (batch.loss == Loss::kSymmetricCrossEntropy) {
      const auto& [alpha, beta, log_zero] = batch.symmetric;
      return kernels::symmetric_cross_entropy(classes, {alpha, beta, log_zero}, x, batch.targets, batch.weights, scale,
                                              dx);
    }
    return kernels::softmax_cross_entropy(classes, x, batch.targets, batch.weights, scale, dx);
  }

  // What gradients in [begin, end) lack after the backward pass: zeros in the gaps between them, and regularizers,
  // whose penalties go into `penalties`.
  void finish_gradients(int64_t begin, int64_t end, bool regularized, std::span<const float> weights,
                        std::span<float> gradients) {
    clear_gaps(begin, end, gradients);
    if (regularized) add_regularizers(begin, end, weights, gradients);
  }

  static bool within(const Parameter& p, int64_t begin, int64_t end) {
    return p.trainable && p.offset >= begin && p.offset < end;
  }

  void clear_gaps(int64_t from, int64_t to, std::span<float> gradients) const {
    for (const Parameter& p : parameters.parameters) {
      if (!within(p, from, to)) continue;
      const int64_t end = p.offset + p.shape.elements();
      std::fill(gradients.begin() + end,
                gradients.begin() + std::min<int64_t>((end + 15) / 16 * 16, parameters.trainable_floats), 0.0f);
    }
  }

  void add_regularizers(int64_t from, int64_t to, std::span<const float> weights, std::span<float> gradients) {
    for (size_t k = 0; k < parameters.parameters.size(); ++k) {
      const Parameter& p = parameters.parameters[k];
      if (!within(p, from, to) || p.regularizer == Regularizer{}) continue;
      const auto offset = static_cast<size_t>(p.offset), count = static_cast<size_t>(p.shape.elements());
      penalties[k] = kernels::add_regularizer(p.regularizer.l1, p.regularizer.l2, weights.subspan(offset, count),
                                              gradients.subspan(offset, count));
    }
  }

  // In the order of parameters, however they were found.
  double penalty() const {
    double sum = 0;
    for (size_t k = 0; k < parameters.parameters.size(); ++k) {
      const Parameter& p = parameters.parameters[k];
      if (p.trainable && p.regularizer != Regularizer{}) sum += penalties[k];
    }
    return sum;
  }

  // What a step's backward pass needs: the sum of the gradients by its value, and its input.
  void prepare_backward(const PlannedStep& planned, const TrainingContext& context) const {
    for (size_t part = 1; part < planned.sum.parts.size(); ++part) {
      const std::span<float> sum = context.view(planned.sum.parts[0], planned.sum.floats);
      kernels::add(sum, context.view(planned.sum.parts[part], planned.sum.floats), sum);
    }
    for (const int operation : planned.recomputed_before) {
      const PlannedStep& again = steps[static_cast<size_t>(operation)];
      note(again, "recompute", context, [&] { again.step->recompute(context); });
    }
  }

  // work(step): backward, of one batch or of several. after(begin): called after every step, with where the gradients
  // are done from.
  template <class Work, class After>
  void backward(std::span<const TrainingContext> contexts, const Work& work, const After& after) const {
    for (size_t i = steps.size(); i-- > 0;) {
      const PlannedStep& planned = steps[i];
      if (!planned.backward) continue;
      for (const TrainingContext& context : contexts) prepare_backward(planned, context);
      if (planned.step != nullptr) note(planned, "backward", contexts[0], [&] { work(*planned.step); });
      after(planned.gradients_from);
    }
  }

  // The gradients of a batch from done_from on are finished: finishes the rest.
  void finish_rest(const TrainingPlan::Batch& batch, int64_t done_from, std::span<const float> weights,
                   std::span<float> gradients) {
    clear_gaps(0, done_from, gradients);
    if (batch.regularized) {
      note_stage(batch.stages, {.pass = "regularizers"}, [&] { add_regularizers(0, done_from, weights, gradients); });
    }
    if (batch.on_gradients) batch.on_gradients(0);
  }
  // What the backward pass of one batch calls after every step.
  auto tell_of(const TrainingPlan::Batch& batch, int64_t& done_from, std::span<const float> weights,
               std::span<float> gradients) {
    return [this, &batch, &done_from, weights, gradients](int64_t begin) {
      if (!batch.on_gradients) return;
      finish_gradients(begin, done_from, batch.regularized, weights, gradients);
      done_from = begin;
      batch.on_gradients(begin);
    };
  }

  TrainingPlan::Result result(const TrainingPlan::Batch& batch, const kernels::LossSum& loss) const {
    return {.loss_sum = loss.loss_sum, .penalty = batch.regularized ? penalty() : 0, .correct = loss.correct};
  }
};

TrainingPlan::TrainingPlan(const Network& network, const ParameterLayout& layout, int64_t max_batch,
                           Precision precision, int64_t together)
    : impl_(std::make_unique<Impl>(network, layout, max_batch, precision)) {
  expect_available(precision);
  impl_->allocate(together);
}
TrainingPlan::~TrainingPlan() = default;
TrainingPlan::TrainingPlan(TrainingPlan&&) noexcept = default;

TrainingPlan::Result TrainingPlan::forward_backward(const Batch& batch, std::span<const float> weights,
                                                    std::span<float> gradients, std::span<float> moments) {
  Impl& p = *impl_;
  FER_ASSERT(static_cast<int64_t>(batch.targets.size()) == batch.n * p.classes);
  FER_ASSERT(batch.probabilities.empty() || batch.probabilities.size() == batch.targets.size());
  FER_ASSERT(static_cast<int64_t>(gradients.size()) == p.parameters.trainable_floats);
  const TrainingContext context = p.context(batch, weights, gradients, moments);
  p.forward(context);
  kernels::LossSum loss;
  note_stage(batch.stages, {.pass = "loss"}, [&] { loss = p.loss(context, batch); });
  int64_t done_from = p.parameters.trainable_floats;
  p.backward(
      std::span(&context, 1), [&](TrainingStep& step) { step.backward(context); },
      p.tell_of(batch, done_from, weights, gradients));
  p.finish_rest(batch, done_from, weights, gradients);
  return p.result(batch, loss);
}

std::vector<TrainingPlan::Result> TrainingPlan::forward_backward_together(std::span<const Batch> batches,
                                                                          const StepSums& sums,
                                                                          std::span<const float> weights,
                                                                          std::span<const std::span<float>> gradients,
                                                                          std::span<float> moments) {
  Impl& p = *impl_;
  FER_ASSERT(batches.size() <= p.memory.size() && gradients.size() == batches.size());
  std::vector<TrainingContext> contexts;
  for (size_t k = 0; k < batches.size(); ++k) {
    contexts.push_back(p.context(batches[k], weights, gradients[k], moments, k));
  }
  p.forward(contexts[0], [&](TrainingStep& step) { step.forward_together(contexts, sums); });
  std::vector<kernels::LossSum> losses;
  for (size_t k = 0; k < batches.size(); ++k) {
    note_stage(batches[k].stages, {.pass = "loss"}, [&] { losses.push_back(p.loss(contexts[k], batches[k])); });
  }
  const Batch none;
  int64_t done_from = p.parameters.trainable_floats;
  p.backward(
      contexts, [&](TrainingStep& step) { step.backward_together(contexts, sums); },
      p.tell_of(batches.size() == 1 ? batches[0] : none, done_from, weights, gradients[0]));
  std::vector<Result> results;
  for (size_t k = 0; k < batches.size(); ++k) {
    p.finish_rest(batches[k], done_from, weights, gradients[k]);
    results.push_back(p.result(batches[k], losses[k]));
  }
  return results;
}

void TrainingPlan::forward_together(std::span<const Batch> batches, const StepSums& sums,
                                    std::span<const float> weights, std::span<float> moments) {
  std::vector<TrainingContext> contexts;
  for (size_t k = 0; k < batches.size(); ++k) {
    contexts.push_back(impl_->context(batches[k], weights, {}, moments, k));
  }
  impl_->forward(contexts[0], [&](TrainingStep& step) { step.forward_together(contexts, sums); });
}

void TrainingPlan::forward(const Batch& batch, std::span<const float> weights, std::span<float> moments) {
  impl_->forward(impl_->context(batch, weights, {}, moments));
}

const MomentLayout& TrainingPlan::moment_layout() const { return impl_->moments; }

size_t TrainingPlan::arena_bytes() const {
  return static_cast<size_t>(impl_->layout.total_floats() + impl_->scratch_floats) * sizeof(float);
}

size_t TrainingPlan::arena_bytes(const Network& network, const ParameterLayout& layout, int64_t max_batch,
                                 Precision precision) {
  const Impl plan(network, layout, max_batch, precision);
  return static_cast<size_t>(plan.layout.total_floats() + plan.scratch_floats) * sizeof(float);
}

}  // namespace fer::engine
