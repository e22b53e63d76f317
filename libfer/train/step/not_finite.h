// Training stops at the first number that is not finite.
#pragma once

#include "fer/error.h"

namespace fer::train {

// "training stopped: the loss is not finite (nan)". Whoever knows the epoch and the step puts them before it.
class NotFinite : public Error {
 public:
  NotFinite(const std::string& what, double value);
};

// Throws NotFinite unless `value` is a finite number.
void expect_finite(double value, const std::string& what);

}  // namespace fer::train
