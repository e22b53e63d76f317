#include "distributed/bf16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fer::distributed {
namespace {

TEST(Bf16, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(from_bf16(to_bf16(1.0f)), 1.0f);
  EXPECT_EQ(from_bf16(to_bf16(-0.0f)), 0.0f);
  EXPECT_TRUE(std::signbit(from_bf16(to_bf16(-0.0f))));
  // Between 1 and 1 + 2^-7 lies 1 + 2^-8: a tie, as is 1 + 3 * 2^-8.
  EXPECT_EQ(from_bf16(to_bf16(1 + 0x1p-8f)), 1.0f);
  EXPECT_EQ(from_bf16(to_bf16(1 + 3 * 0x1p-8f)), 1 + 0x1p-6f);
  EXPECT_EQ(from_bf16(to_bf16(1 + 0x1p-8f + 0x1p-20f)), 1 + 0x1p-7f);
}

TEST(Bf16, KeepsWhatIsNoNumber) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(from_bf16(to_bf16(-kInfinity)), -kInfinity);
  EXPECT_EQ(from_bf16(to_bf16(std::numeric_limits<float>::max())), kInfinity);
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::nanf("1")))));
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::bit_cast<float>(0x7f800001u)))));
}

}  // namespace
}  // namespace fer::distributed
