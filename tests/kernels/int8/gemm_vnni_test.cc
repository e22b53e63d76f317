// The instruction's products and the portable ones.
#include <gtest/gtest.h>

#include "kernels/int8/gemm.h"
#include "tests/kernels/int8/int8_cases.h"

namespace fer::testing {
namespace {

TEST(Int8Gemm, ProductsAgreeInBothWays) {
  if (!kernels::int8_has_vnni()) GTEST_SKIP() << "this CPU has one way only";
  Draw draw(955);
  for (const int64_t width : {16, 32, 48, 64}) {
    for (int64_t m = 1; m <= 13; ++m) {
      const int64_t groups = draw.integer(1, 40);
      const std::vector<uint8_t> a = random_bytes(draw, m, 4 * groups);
      std::vector<int8_t> b(static_cast<size_t>(4 * groups * width));
      for (int8_t& byte : b) byte = static_cast<int8_t>(draw.integer(-127, 127));
      std::vector<int32_t> start(static_cast<size_t>(width)), c(static_cast<size_t>(m * kernels::kInt8Panel), 0);
      for (int32_t& value : start) value = static_cast<int32_t>(draw.integer(-100000, 100000));
      kernels::Int8Product p{.m = m,
                             .groups = groups,
                             .width = width,
                             .a = a.data(),
                             .a_row = 4 * groups,
                             .b = b.data(),
                             .start = start.data(),
                             .c = c.data()};
      kernels::int8_gemm_vnni(p);
      std::vector<int32_t> portable(c.size(), 0);
      p.c = portable.data();
      const Settings restore;
      for (const std::string& target : kernels::available_targets()) {
        kernels::set_target(target);
        kernels::int8_gemm_portable(p);
        ASSERT_EQ(portable, c) << target << ", m " << m << ", width " << width << "; " << seed_note();
      }
    }
  }
}

}  // namespace
}  // namespace fer::testing
