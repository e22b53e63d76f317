// The reliability diagram of an evaluation.
#pragma once

#include <string>

#include "fer/report.h"

namespace fer::report {

// A <figure> with an <svg>: accuracy by confidence, beside what it would be of a classifier that is as sure as it is
// right, and the calibration error below. Empty where there are no answers.
std::string reliability_diagram(const Calibration& calibration);

}  // namespace fer::report
