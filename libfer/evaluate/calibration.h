// How well a classifier knows how sure it may be (fer/metrics.h).
#pragma once

#include <cstdint>
#include <span>

#include "fer/metrics.h"

namespace fer::evaluation {

// Of probabilities [labels, classes]. Requires labels below classes.
Calibration calibration_of(std::span<const float> probabilities, int64_t classes, std::span<const uint8_t> labels);

}  // namespace fer::evaluation
