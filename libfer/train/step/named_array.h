// A piece of a run's state, under the name that a checkpoint keeps it by.
#pragma once

#include <span>
#include <string>

#include "fer/tensor.h"

namespace fer::train {

// An array laid out as the weights are; a shorter one (moments) holds the parameters that lie within it.
struct NamedArray {
  std::string name;
  std::span<float> values;
};

// A tensor of its own shape.
struct NamedTensor {
  std::string name;
  Tensor* tensor = nullptr;
};

}  // namespace fer::train
