#include "tools/cli/overlap.h"

#include <gtest/gtest.h>

namespace fer::cli {
namespace {

TEST(Overlap, IsTheShareOfTheUnion) {
  EXPECT_DOUBLE_EQ(overlap_of({0, 0, 10, 10}, {0, 0, 10, 10}), 1);
  EXPECT_DOUBLE_EQ(overlap_of({0, 0, 10, 10}, {5, 0, 10, 10}), 50.0 / 150);
  EXPECT_DOUBLE_EQ(overlap_of({0, 0, 10, 10}, {10, 0, 10, 10}), 0);
}

}  // namespace
}  // namespace fer::cli
