// Operators on what layers give, which Keras keeps as layers: TFOpLambda since TensorFlow 2.4, Divide and the like in
// Keras 3.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "keras/config/config.h"

namespace fer::keras_file {

// "add", "subtract", "multiply", "divide", or a function's name ("relu"); empty for other layers.
std::string operation_of(const ConfigLayer& layer);

// The number beside the tensor in such a layer's call, or one number per channel; null where there is none.
// Throws Error where the number is the first operand of a difference or quotient.
const nlohmann::json* operand_of(const ConfigLayer& layer);

// Whether a TFOpLambda's call has nothing but its input, the last axis and what is_approximate tells.
bool has_usual_arguments(const ConfigLayer& layer);

// Whether a gelu is to be computed with tanh: TensorFlow's unless it says so is not, Keras 3's operator is.
bool is_approximate(const ConfigLayer& layer);

}  // namespace fer::keras_file
