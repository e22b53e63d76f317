#include "kernels/simd/target.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/error.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

TEST(Target, ScalarIsEverywhereAndLast) {
  const std::vector<std::string> names = kernels::available_targets();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.back(), "scalar");
}

TEST(Target, IsTheOneThatWasSet) {
  const Settings restore;
  for (const std::string& name : kernels::available_targets()) {
    kernels::set_target(name);
    EXPECT_EQ(active_target(), name);
  }
}

TEST(Target, StaysListedWhileAnotherIsForced) {
  const Settings restore;
  const std::vector<std::string> names = kernels::available_targets();
  kernels::set_target("scalar");
  EXPECT_EQ(kernels::available_targets(), names);
  EXPECT_EQ(active_target(), "scalar") << "asking for the list changes nothing";
}

TEST(Target, RefusesAnUnknownName) {
  const std::string before = active_target();
  try {
    kernels::set_target("avx3000");
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("scalar, found avx3000"), std::string::npos) << e.what();
  }
  EXPECT_EQ(active_target(), before);
}

}  // namespace
}  // namespace fer::testing
