#include "train/step/not_finite.h"

#include <fmt/format.h>

#include <cmath>

namespace fer::train {

NotFinite::NotFinite(const std::string& what, double value)
    : Error(fmt::format("training stopped: the {} is not finite ({})", what, value)) {}

void expect_finite(double value, const std::string& what) {
  if (!std::isfinite(value)) throw NotFinite(what, value);
}

}  // namespace fer::train
