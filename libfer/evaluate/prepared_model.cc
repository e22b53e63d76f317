#include "evaluate/prepared_model.h"

#include <algorithm>

#include "core/assert.h"
#include "image/pixels.h"
#include "kernels/values/elementwise.h"
#include "network/outputs.h"

namespace fer::evaluation {

PreparedModel::PreparedModel(const Network& network, const ParameterLayout& layout, std::span<const float> weights,
                             const Preprocessing& preprocessing, std::span<const Int8Layer> int8, Outputs outputs)
    : input_(network.input),
      preprocessing_(preprocessing),
      classes_(class_count(network)),
      softmax_needed_(outputs == Outputs::kProbabilities && !gives_probabilities(network)),
      inference_(network, layout, weights, int8) {}

PreparedModel::Workspace PreparedModel::make_workspace(int64_t max_batch) const {
  return {inference_.make_workspace(max_batch), Tensor({max_batch, input_.elements()})};
}

void PreparedModel::ask(Workspace& workspace, std::span<const uint8_t> pixels, std::span<float> out,
                        const engine::InputObserver* observer) const {
  image::pixels_to_floats(pixels, preprocessing_.scale, preprocessing_.shift,
                          workspace.inputs.values().first(pixels.size()));
  ask(workspace, static_cast<int64_t>(pixels.size()) / input_.elements(), out, observer);
}

void PreparedModel::ask(Workspace& workspace, std::span<const float> inputs, std::span<float> out) const {
  std::ranges::copy(inputs, workspace.inputs.values().begin());
  ask(workspace, static_cast<int64_t>(inputs.size()) / input_.elements(), out);
}

void PreparedModel::ask(Workspace& workspace, int64_t n, std::span<float> out,
                        const engine::InputObserver* observer) const {
  FER_ASSERT(static_cast<int64_t>(out.size()) == n * classes_);
  const std::span<const float> inputs = workspace.inputs.values().first(static_cast<size_t>(n * input_.elements()));
  inference_.run(workspace.layers, n, inputs, out, observer);
  if (softmax_needed_) kernels::activation_forward(Activation::kSoftmax, 0, classes_, out, out);
}

}  // namespace fer::evaluation
