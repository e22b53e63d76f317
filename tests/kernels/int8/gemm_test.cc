#include "kernels/int8/gemm.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/kernels/int8/int8_cases.h"

namespace fer::testing {
namespace {

// c = start + a b, as the header writes it.
std::vector<int32_t> product_by_definition(const kernels::Int8Product& p) {
  std::vector<int32_t> c(static_cast<size_t>(p.m * kernels::kInt8Panel), 0);
  for (int64_t r = 0; r < p.m; ++r)
    for (int64_t j = 0; j < p.width; ++j) {
      int32_t sum = p.start[j];
      for (int64_t g = 0; g < p.groups; ++g)
        for (int64_t i = 0; i < 4; ++i) sum += p.a[r * p.a_row + 4 * g + i] * p.b[(g * p.width + j) * 4 + i];
      c[static_cast<size_t>(r * kernels::kInt8Panel + j)] = sum;
    }
  return c;
}

TEST(Int8Gemm, IsTheProductOnEveryInstructionSet) {
  Draw draw(956);
  for (const int64_t width : {16, 32, 48, 64}) {
    for (const int64_t m : {1, 5, 6, 7, 13}) {
      const int64_t groups = draw.integer(1, 30), a_row = 4 * groups + 4;
      const std::vector<uint8_t> a = random_bytes(draw, m, a_row);
      std::vector<int8_t> b(static_cast<size_t>(4 * groups * width));
      for (int8_t& byte : b) byte = static_cast<int8_t>(draw.integer(-127, 127));
      std::vector<int32_t> start(static_cast<size_t>(width));
      for (int32_t& value : start) value = static_cast<int32_t>(draw.integer(-100000, 100000));
      kernels::Int8Product p{.m = m,
                             .groups = groups,
                             .width = width,
                             .a = a.data(),
                             .a_row = a_row,
                             .b = b.data(),
                             .start = start.data()};
      const std::vector<int32_t> expected = product_by_definition(p);
      const Settings restore;
      for (const std::string& target : kernels::available_targets()) {
        kernels::set_target(target);
        std::vector<int32_t> c(expected.size(), 0);
        p.c = c.data();
        kernels::int8_gemm(p);
        ASSERT_EQ(c, expected) << target << ", m " << m << ", width " << width << "; " << seed_note();
      }
    }
  }
}

}  // namespace
}  // namespace fer::testing
