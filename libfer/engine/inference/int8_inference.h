// Which operations of an inference model run on bytes, and their steps.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/inference/fuser.h"
#include "engine/layers/inference_step.h"
#include "kernels/int8/int8.h"

namespace fer::engine {

struct Int8Plan {
  const Int8Layer* layer = nullptr;  // a convolution or dense layer in 8-bit integers; null: any other operation
  bool input_bytes = false;          // its input comes as bytes; else it is rounded first
  kernels::Int8Range input_range;
  bool output_bytes = false;  // of output_range; of max pools too
  kernels::Int8Range output_range;
};

// A value stays in bytes from one 8-bit layer to the next, also through max pools. Throws Error on a layer that is not
// a convolution or dense layer, or is too large.
std::vector<Int8Plan> plan_int8(const Network& network, const FusedGraph& graph, std::span<const Int8Layer> layers);

std::unique_ptr<InferenceStep> make_int8_conv(const Operation& operation, FusedConv fused, const Int8Plan& plan);
std::unique_ptr<InferenceStep> make_int8_max_pool(const Operation& operation);

}  // namespace fer::engine
