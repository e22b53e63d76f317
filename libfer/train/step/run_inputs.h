// What a run is trained and validated on.
#pragma once

#include <cstdint>
#include <span>

#include "fer/dataset.h"

namespace fer::train {

struct RunInputs {
  const Dataset& data;
  std::span<const int64_t> train, validation;
  std::span<const float> targets;  // [data.size(), classes], or empty: the labels
};

}  // namespace fer::train
