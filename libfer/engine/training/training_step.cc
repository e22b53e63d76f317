#include "engine/training/training_step.h"

#include "fer/error.h"
#include "kernels/values/elementwise.h"

namespace fer::engine {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

StepTraits conv_traits(Activation activation, bool joined_to_reader) {
  return {.output_in_backward = activation == Activation::kRelu && !joined_to_reader, .input_in_backward = true};
}

}  // namespace

StepTraits step_traits(const Node& node) {
  return std::visit(
      Overloaded{
          [&](const Conv2D& l) { return conv_traits(l.activation, node.joined_to_reader); },
          [&](const DepthwiseConv2D& l) { return conv_traits(l.activation, node.joined_to_reader); },
          [&](const Dense& l) { return conv_traits(l.activation, node.joined_to_reader); },
          [&](const BatchNorm&) {
            const bool pooled = node.joined && node.joined->pool;
            // The value of a convolution that is joined is the norm's alone.
            return StepTraits{.input_in_backward = true,
                              .gradient_in_place = !pooled,
                              .gradient_over_input = pooled && node.joined->conv_layer >= 0};
          },
          [](const ActivationLayer& l) {
            const bool reads_input = kernels::activation_reads_input(l.function);
            return StepTraits{.output_in_backward = true,
                              .input_in_backward = reads_input,
                              .in_place = !reads_input,
                              .gradient_in_place = true};
          },
          [](const PRelu&) { return StepTraits{.input_in_backward = true, .gradient_in_place = true}; },
          [](const Dropout&) { return StepTraits{.in_place = true, .gradient_in_place = true}; },
          [](const Add&) { return StepTraits{.gradient_in_place = true}; },
          [](const Multiply&) { return StepTraits{.input_in_backward = true, .gradient_in_place = true}; },
          [](const Flatten&) { return StepTraits{.alias = true}; },
          [](const Reshape&) { return StepTraits{.alias = true}; },
          [](const auto&) { return StepTraits{}; },
      },
      node.kind);
}

std::unique_ptr<TrainingStep> make_training_step(const StepBuilder& builder) {
  return std::visit(Overloaded{
                        [&](const Conv2D&) { return make_conv_step(builder); },
                        [&](const DepthwiseConv2D&) { return make_depthwise_step(builder); },
                        // (The graph has none: a depthwise and a 1x1 convolution stand for it.)
                        [&](const SeparableConv2D&) { return std::unique_ptr<TrainingStep>(); },
                        [&](const Dense&) { return make_conv_step(builder); },
                        [&](const BatchNorm&) { return make_batch_norm_step(builder); },
                        [&](const MaxPool2D&) { return make_pool_step(builder); },
                        [&](const AveragePool2D&) { return make_pool_step(builder); },
                        [&](const GlobalAveragePool2D&) { return make_pool_step(builder); },
                        [&](const GlobalMaxPool2D&) { return make_combining_step(builder); },
                        [&](const ActivationLayer&) { return make_elementwise_step(builder); },
                        [&](const PRelu&) { return make_prelu_step(builder); },
                        [&](const Dropout&) { return make_elementwise_step(builder); },
                        [&](const Add&) { return make_elementwise_step(builder); },
                        [&](const Multiply&) { return make_combining_step(builder); },
                        [&](const Concat&) { return make_combining_step(builder); },
                        [&](const ZeroPad2D&) { return make_spatial_step(builder); },
                        [&](const Resize&) { return make_spatial_step(builder); },
                        [&](const Flatten&) { return std::unique_ptr<TrainingStep>(); },
                        [&](const Reshape&) { return std::unique_ptr<TrainingStep>(); },
                    },
                    builder.node.kind);
}

}  // namespace fer::engine
