#include "engine/training/plan_builder.h"

#include <algorithm>

#include "core/assert.h"

namespace fer::engine {
namespace {

std::vector<LayerSteps> steps_of(const Graph& graph) {
  std::vector<LayerSteps> steps;
  for (const Operation& operation : graph.operations) steps.push_back(layer_steps(operation));
  return steps;
}

}  // namespace

PlanBuilder::PlanBuilder(const Graph& graph, const ParameterLayout& parameters, const MomentLayout& moments,
                         int64_t max_batch, Precision precision, ArenaLayout& layout)
    : graph_(graph),
      parameters_(parameters),
      moments_(moments),
      max_batch_(max_batch),
      precision_(precision),
      layout_(layout),
      count_(static_cast<int>(graph.operations.size())),
      steps_(steps_of(graph)),
      readers_(count_readers(graph)),
      recomputed_before_(graph.operations.size()),
      wanted_(find_wanted_gradients()),
      y_(graph.operations.size(), kNoBuffer),
      dy_(graph.operations.size(), kNoBuffer),
      buffers_(graph.operations.size()),
      sums_(graph.operations.size()) {
  for (int i = 0; i < count_; ++i) place_output(i);
  for (int i = count_ - 1; i >= 0; --i) place_gradients(i);
  for (int i = 0; i < count_; ++i) leave_input(i);
}

bool PlanBuilder::has_trainable_parameters(int i) const {
  return std::any_of(parameters_.parameters.begin(), parameters_.parameters.end(),
                     [&](const Parameter& p) { return p.layer == operation(i).layer && p.trainable; });
}

// Whether the gradient by an operation's value is wanted: where it, or anything before it, is trained.
std::vector<bool> PlanBuilder::find_wanted_gradients() const {
  std::vector<bool> wanted(static_cast<size_t>(count_));
  for (int i = 0; i < count_; ++i) {
    const std::vector<int>& inputs = operation(i).inputs;
    wanted[static_cast<size_t>(i)] =
        has_trainable_parameters(i) || std::any_of(inputs.begin(), inputs.end(), [&](int input) {
          return input >= 0 && wanted[static_cast<size_t>(input)];
        });
  }
  return wanted;
}

std::unique_ptr<TrainingStep> PlanBuilder::make_step(int i, int64_t& scratch_floats) {
  const LayerSteps& steps = steps_[static_cast<size_t>(i)];
  if (steps.training == nullptr) return nullptr;
  return steps.training({.operation = operation(i),
                         .parameters = parameters_,
                         .moments = moments_,
                         .max_batch = max_batch_,
                         .precision = precision_,
                         .buffers = buffers_[static_cast<size_t>(i)],
                         .forward_time = i,
                         .backward_time = backward_time(i),
                         .layout = layout_,
                         .scratch_floats = scratch_floats});
}

BufferId PlanBuilder::new_buffer(int64_t floats_per_picture) {
  // What a step still needs later may not be overwritten.
  pinned_.push_back(false);
  shared_.push_back(false);
  const BufferId id = layout_.add(floats_per_picture * max_batch_);
  FER_ASSERT(static_cast<size_t>(id) + 1 == pinned_.size());
  return id;
}

void PlanBuilder::place_output(int i) {
  const Operation& op = operation(i);
  const LayerTraits& traits = this->traits(i);
  const BufferId x = y(op.inputs[0]);
  const bool free_to_overwrite =
      x >= 0 && !pinned_[static_cast<size_t>(x)] && !shared_[static_cast<size_t>(x)] && readers(op.inputs[0]) == 1;
  const bool same = traits.alias || (traits.in_place && free_to_overwrite);
  const BufferId out = same ? x : new_buffer(op.output.elements());
  y_[static_cast<size_t>(i)] = out;
  for (const int input : op.inputs) {
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

void PlanBuilder::place_gradients(int i) {
  TrainingBuffers& buffers = buffers_[static_cast<size_t>(i)];
  const Operation& op = operation(i);
  buffers.dx.assign(op.inputs.size(), kNoBuffer);
  if (!wanted_[static_cast<size_t>(i)]) return;
  take_gradient(i);
  buffers.dy = dy_[static_cast<size_t>(i)];
  const LayerTraits& traits = this->traits(i);
  for (size_t k = 0; k < op.inputs.size(); ++k) {
    const int input = op.inputs[k];
    if (input < 0 || !wanted_[static_cast<size_t>(input)]) continue;
    const bool same = traits.alias || (traits.gradient_in_place && k == 0);
    buffers.dx[k] = same                         ? buffers.dy
                    : traits.gradient_over_input ? buffers.x[k]
                                                 : new_buffer(operation(input).output.elements());
    sums_[static_cast<size_t>(input)].parts.push_back(buffers.dx[k]);
    layout_.use(buffers.dx[k], backward_time(i));
  }
}

// The gradient by operation i's value: what its readers left.
void PlanBuilder::take_gradient(int i) {
  GradientSum& sum = sums_[static_cast<size_t>(i)];
  sum.floats = operation(i).output.elements();
  if (i == count_ - 1) {
    dy_[static_cast<size_t>(i)] = new_buffer(sum.floats);
    layout_.use(dy_[static_cast<size_t>(i)], count_);
    return;
  }
  dy_[static_cast<size_t>(i)] = sum.parts[0];
  for (const BufferId part : sum.parts) layout_.use(part, backward_time(i));
}

// The operations that make operation i's value anew from what is kept, in their order; none where it costs too much, or
// others need it.
std::vector<int> PlanBuilder::remakers(int i) const {
  if (i < 0 || readers(i) != 1 || !traits(i).cheap) return {};
  const int input = operation(i).inputs[0];
  std::vector<int> operations;
  if (y(i) == y(input)) {
    // It has overwritten what it read.
    operations = remakers(input);
    if (operations.empty()) return {};
  } else if (traits(i).in_place) {
    return {};  // what it reads could not be overwritten, and both are kept
  } else if (input >= 0 && traits(input).convolution) {
    operations = remakers(input);
  }
  operations.push_back(i);
  return operations;
}

// Where what operation i reads is cheap to make anew: its memory is free from i's forward pass to its backward pass.
void PlanBuilder::leave_input(int i) {
  if (!traits(i).convolution || !has_trainable_parameters(i)) return;
  const std::vector<int> operations = remakers(operation(i).inputs[0]);
  for (size_t k = 0; k < operations.size(); ++k) {
    const int reader = k + 1 < operations.size() ? operations[k + 1] : i;
    if (reader == i || y(reader) != y(operations[k])) layout_.leave(y(operations[k]), reader + 1, backward_time(i) - 1);
  }
  recomputed_before_[static_cast<size_t>(i)] = operations;
}

}  // namespace fer::engine
