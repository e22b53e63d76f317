#include "train/step/not_finite.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fer::train {
namespace {

TEST(NotFinite, SaysWhatIsNot) {
  EXPECT_NO_THROW(expect_finite(1e300, "loss"));
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    try {
      expect_finite(value, "loss");
      ADD_FAILURE() << value;
    } catch (const NotFinite& e) {
      EXPECT_EQ(e.what(),
                std::string("training stopped: the loss is not finite (") + (std::isnan(value) ? "nan" : "inf") + ")");
    }
  }
}

}  // namespace
}  // namespace fer::train
