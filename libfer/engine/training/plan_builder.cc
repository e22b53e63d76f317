#include "engine/training/plan_builder.h"

#include <algorithm>

#include "core/assert.h"

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

// A convolution that costs so little that its value is rather computed again than kept for the backward pass: one of
// pictures of one or three channels, which are there anyway.
bool is_cheap_convolution(const Node& node) {
  const auto* conv = std::get_if<Conv2D>(&node.kind);
  return conv != nullptr && node.inputs[0] < 0 && conv->kernel[0] * conv->kernel[1] * node.input[2] <= 32;
}

bool is_convolution(const Node& node) {
  return std::holds_alternative<Conv2D>(node.kind) || std::holds_alternative<DepthwiseConv2D>(node.kind) ||
         std::holds_alternative<Dense>(node.kind);
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
      count_(static_cast<int>(graph.nodes.size())),
      readers_(count_readers(graph)),
      recomputed_before_(graph.nodes.size()),
      wanted_(find_gradient_nodes(graph, parameters)),
      y_(graph.nodes.size(), kNoBuffer),
      dy_(graph.nodes.size(), kNoBuffer),
      buffers_(graph.nodes.size()),
      sums_(graph.nodes.size()) {
  for (int i = 0; i < count_; ++i) place_output(i);
  for (int i = count_ - 1; i >= 0; --i) place_gradients(i);
  for (int i = 0; i < count_; ++i) leave_input(i);
}

std::unique_ptr<TrainingStep> PlanBuilder::make_step(int i, int64_t& scratch_floats) {
  return make_training_step({.node = node(i),
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

void PlanBuilder::place_gradients(int i) {
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
void PlanBuilder::take_gradient(int i) {
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

// The nodes that make node i's value anew from what is kept, in their order; none where it costs too much, or others
// need it.
std::vector<int> PlanBuilder::remakers(int i) const {
  if (i < 0 || readers(i) != 1) return {};
  const Node& n = node(i);
  std::vector<int> nodes;
  if (std::holds_alternative<BatchNorm>(n.kind)) {
    if (n.joined && n.joined->pool) return {};
    if (n.inputs[0] >= 0 && is_cheap_convolution(node(n.inputs[0]))) nodes = remakers(n.inputs[0]);
  } else if (std::holds_alternative<Dropout>(n.kind) || std::holds_alternative<ActivationLayer>(n.kind)) {
    if (y(i) != y(n.inputs[0])) return {};
    nodes = remakers(n.inputs[0]);
    if (nodes.empty()) return {};
  } else if (!is_cheap_convolution(n)) {
    return {};
  }
  nodes.push_back(i);
  return nodes;
}

// Where what node i reads is cheap to make anew: its memory is free from i's forward pass to its backward pass.
void PlanBuilder::leave_input(int i) {
  if (!is_convolution(node(i)) || !has_trainable_parameters(parameters_, node(i))) return;
  const std::vector<int> nodes = remakers(node(i).inputs[0]);
  for (size_t k = 0; k < nodes.size(); ++k) {
    const int reader = k + 1 < nodes.size() ? nodes[k + 1] : i;
    if (reader == i || y(reader) != y(nodes[k])) layout_.leave(y(nodes[k]), reader + 1, backward_time(i) - 1);
  }
  recomputed_before_[static_cast<size_t>(i)] = nodes;
}

}  // namespace fer::engine
