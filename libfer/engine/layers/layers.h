// Every kind of layer, as the engine sees it. One file for each: layers/<kind>.cc holds its step in training, its step
// in inference, and what plans must know of them.
#pragma once

#include <memory>
#include <variant>

#include "engine/graph.h"
#include "engine/layers/inference_step.h"
#include "engine/layers/training_step.h"

namespace fer::engine {

// What plans must know of an operation. The first six are about the buffers of its training step: its input x, output
// y, and the gradients dx and dy by them.
struct LayerTraits {
  bool output_in_backward = false;   // reads y again in the backward pass
  bool input_in_backward = false;    // reads x again in the backward pass
  bool in_place = false;             // y may be x
  bool gradient_in_place = false;    // dx (of the first input) may be dy
  bool gradient_over_input = false;  // dx may be x, which nothing else reads any more
  bool alias = false;                // y is x and dx is dy: there is nothing to do
  bool cheap = false;  // y costs so little that it may be computed again in the backward pass rather than be kept
  // Sums of products with a kernel, then a bias and perhaps a relu: what follows may be folded into it.
  bool convolution = false;
};

// What training and inference need of an operation.
struct LayerSteps {
  using Training = std::unique_ptr<TrainingStep> (*)(const TrainingParts&);
  using Inference = std::unique_ptr<InferenceStep> (*)(InferenceParts&&);
  // Folds the operation into the convolution before it, if the order of their arithmetic allows it.
  using Fold = bool (*)(const InferenceParts&, FusedConv&);

  // Null training step: nothing to do (an alias). Null inference step: the input passes through as it is.
  LayerSteps(const LayerTraits& traits, Training training, Inference inference, Fold fold = nullptr)
      : traits(traits), training(training), inference(inference), fold(fold) {}

  LayerTraits traits;
  Training training;
  Inference inference;
  Fold fold;
};

template <class Step>
std::unique_ptr<TrainingStep> make_training(const TrainingParts& parts) {
  return std::make_unique<Step>(parts);
}
template <class Step>
std::unique_ptr<InferenceStep> make_inference(InferenceParts&& parts) {
  return std::make_unique<Step>(std::move(parts));
}

// One for each kind of operation, and none for kinds in general: one that is missing does not compile.
LayerSteps layer_steps(const Conv2D&, const Operation&);               // conv.cc
LayerSteps layer_steps(const Dense&, const Operation&);                // conv.cc
LayerSteps layer_steps(const DepthwiseConv2D&, const Operation&);      // depthwise.cc
LayerSteps layer_steps(const BatchNorm&, const Operation&);            // batch_norm.cc
LayerSteps layer_steps(const ActivationLayer&, const Operation&);      // activation.cc
LayerSteps layer_steps(const PRelu&, const Operation&);                // prelu.cc
LayerSteps layer_steps(const MaxPool2D&, const Operation&);            // pool.cc
LayerSteps layer_steps(const AveragePool2D&, const Operation&);        // pool.cc
LayerSteps layer_steps(const GlobalAveragePool2D&, const Operation&);  // pool.cc
LayerSteps layer_steps(const GlobalMaxPool2D&, const Operation&);      // global_max.cc
LayerSteps layer_steps(const Dropout&, const Operation&);              // dropout.cc
LayerSteps layer_steps(const Flatten&, const Operation&);              // reshape.cc
LayerSteps layer_steps(const Reshape&, const Operation&);              // reshape.cc
LayerSteps layer_steps(const Add&, const Operation&);                  // add.cc
LayerSteps layer_steps(const Multiply&, const Operation&);             // multiply.cc
LayerSteps layer_steps(const Concat&, const Operation&);               // concat.cc
LayerSteps layer_steps(const ZeroPad2D&, const Operation&);            // spatial.cc
LayerSteps layer_steps(const Crop2D&, const Operation&);               // spatial.cc
LayerSteps layer_steps(const UpSample2D&, const Operation&);           // spatial.cc
LayerSteps layer_steps(const Resize&, const Operation&);               // spatial.cc

// The one visit of the kinds, for traits, training and inference.
inline LayerSteps layer_steps(const Operation& operation) {
  return std::visit([&](const auto& kind) { return layer_steps(kind, operation); }, operation.kind);
}

}  // namespace fer::engine
