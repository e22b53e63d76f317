#include "fer/tensor.h"

#include <gtest/gtest.h>

#include <vector>

#include "fer/error.h"

namespace fer {
namespace {

TEST(Shape, CountsAndPrintsItsElements) {
  EXPECT_EQ(Shape({46, 46, 64}).elements(), 46 * 46 * 64);
  EXPECT_EQ(Shape({46, 46, 64}).to_string(), "[46, 46, 64]");
  EXPECT_EQ(Shape().elements(), 1);
  EXPECT_EQ(Shape({3, 0}).elements(), 0);
}

TEST(Shape, RefusesNegativeExtentsAndProductsThatOverflow) {
  EXPECT_THROW(Shape({2, -1}).elements(), Error);
  EXPECT_THROW(Shape({int64_t{1} << 32, int64_t{1} << 32}).elements(), Error);
}

TEST(Tensor, IsZeroAndAligned) {
  const Tensor t(Shape{3, 5});
  EXPECT_EQ(t.size(), 15u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(t.data()) % 64, 0u);
  for (const float v : t.values()) EXPECT_EQ(v, 0.0f);
}

TEST(Tensor, CopiesAreDeepAndMovesLeaveNothing) {
  Tensor a(Shape{2}, std::vector<float>{1, 2});
  Tensor b = a;
  b.data()[0] = 9;
  EXPECT_EQ(a.data()[0], 1.0f);
  const Tensor c = std::move(b);
  EXPECT_EQ(c.data()[0], 9.0f);
  EXPECT_EQ(b.size(), 0u);  // NOLINT(bugprone-use-after-move): what a moved-from tensor holds is promised
  a = c;
  EXPECT_EQ(a.data()[0], 9.0f);
}

TEST(Tensor, RefusesValuesThatDoNotFitAndSizesThatNoMemoryHas) {
  EXPECT_THROW(Tensor(Shape{3}, std::vector<float>{1, 2}), Error);
  EXPECT_THROW(Tensor(Shape{int64_t{1} << 60}), Error);
}

}  // namespace
}  // namespace fer
