// Matrix products of pairs of bf16 against the reference, and the CPU's instructions against their emulation.
#include "kernels/gemm/bf16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "fer/error.h"
#include "fer/precision.h"
#include "kernels/gemm/gemm.h"
#include "kernels/reference/dense.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

using kernels::GemmShape;
using kernels::GemmValues;

// Values that bf16 has.
std::vector<float> short_values(Draw& draw, int64_t count) {
  std::vector<float> values = draw.values(count);
  for (float& v : values) v = std::bit_cast<float>(std::bit_cast<uint32_t>(v) & 0xffff0000u);
  return values;
}

float pair_of(float low, float high) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(low) >> 16 | std::bit_cast<uint32_t>(high));
}

// [k, columns] -> [(k + 1) / 2, columns] pairs of rows.
std::vector<float> row_pairs(int64_t k, int64_t columns, const std::vector<float>& values) {
  std::vector<float> out;
  for (int64_t i = 0; i < k; i += 2) {
    for (int64_t j = 0; j < columns; ++j) {
      const auto at = static_cast<size_t>(i * columns + j);
      out.push_back(pair_of(values[at], i + 1 < k ? values[at + static_cast<size_t>(columns)] : 0));
    }
  }
  return out;
}

std::vector<float> transpose(int64_t rows, int64_t columns, const std::vector<float>& values) {
  std::vector<float> out(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      out[static_cast<size_t>(j * rows + i)] = values[static_cast<size_t>(i * columns + j)];
  return out;
}

struct PairCase {
  GemmShape s;                 // k counts values
  GemmShape pairs;             // k counts pairs
  std::vector<float> a, b, c;  // [m, k], [k, n], and what is added to

  explicit PairCase(const GemmShape& shape) : s(shape), pairs(shape) {
    pairs.k = (s.k + 1) / 2;
    pairs.operands = GemmValues::kBf16Pairs;
    Draw draw(1400);
    a = short_values(draw, s.m * s.k);
    b = short_values(draw, s.k * s.n);
    c = draw.values(s.m * s.n);
  }

  std::vector<float> packed() const {
    const std::vector<float> rows = transpose(pairs.k, s.m, row_pairs(s.k, s.m, transpose(s.m, s.k, a))),
                             columns = row_pairs(s.k, s.n, b);
    ScratchMemory memory(kernels::gemm_packed_floats(pairs.k, s.n));
    kernels::gemm_pack(pairs.k, s.n, {columns.data(), s.n, 1}, memory.span().data());
    std::vector<float> out = unwritten(s.m * s.n);
    kernels::gemm_packed(pairs, rows.data(), pairs.k, memory.span().data(), out.data(), s.n, false);
    return out;
  }

  std::vector<float> transposed_accumulating() const {
    const std::vector<float> at = row_pairs(s.k, s.m, transpose(s.m, s.k, a)), bt = row_pairs(s.k, s.n, b);
    std::vector<float> out = c;
    kernels::gemm_transposed(pairs, at.data(), s.m, bt.data(), s.n, out.data(), s.n, true);
    return out;
  }
};

void check_pairs(const GemmShape& s) {
  const std::string what = fmt::format("bf16 gemm {} x {} x {}", s.m, s.n, s.k);
  const PairCase g(s);
  const kernels::DenseShape dense{.n = s.m, .inputs = s.k, .units = s.n};
  const std::vector<double> none;
  const auto product = kernels::reference::dense_forward(dense, as_doubles(g.a), as_doubles(g.b), none);
  const auto size = kernels::reference::dense_forward(dense, magnitudes_of(g.a), magnitudes_of(g.b), none);
  std::vector<double> sum = product, sum_size = size;
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += g.c[i], sum_size[i] += std::fabs(g.c[i]);
  on_every_target(
      what, s.m * s.n * s.k,
      [&] {
        return Results{g.packed(), g.transposed_accumulating()};
      },
      [&](const Results& r) {
        const auto terms = static_cast<double>(s.k);
        expect_sums(r[0], product, size, terms, what);
        expect_sums(r[1], sum, sum_size, terms + 1, what + ", transposed, accumulating");
      });
}

TEST(Bf16, ProductsAgreeForEveryNumberOfColumns) {
  for (int64_t n = 1; n <= 70; ++n) check_pairs({.m = 7, .n = n, .k = 5});
}

TEST(Bf16, ProductsAgreeForEveryNumberOfRows) {
  for (int64_t m = 1; m <= 25; ++m) check_pairs({.m = m, .n = 21, .k = 9});
}

TEST(Bf16, ProductsAgreeForEveryDepth) {
  for (const int64_t k : {1, 2, 3, 7, 8, 33, 130, 600, 1030}) check_pairs({.m = 13, .n = 35, .k = k});
}

// AVX2 emulates with fused multiply-adds, which round as AVX512_BF16 does.
TEST(Bf16, EmulationGivesTheInstructionsBits) {
  const Settings restore;
  Results found;
  for (const std::string& target : kernels::available_targets()) {
    if (target != "avx512" && target != "avx2") continue;
    kernels::set_target(target);
    const PairCase g({.m = 29, .n = 75, .k = 301});
    found.push_back(g.packed());
    found.push_back(g.transposed_accumulating());
  }
  for (size_t i = 2; i < found.size(); ++i) expect_same_bits(found[i], found[i - 2], "bf16 on avx512 and avx2");
}

TEST(Bf16, IsAvailableWithItsInstructionsAlone) {
  const Settings restore;
  for (const std::string& target : kernels::available_targets()) {
    kernels::set_target(target);
    EXPECT_EQ(precision_available(Precision::kBf16), target == "avx512" && kernels::cpu_has_bf16()) << target;
    EXPECT_TRUE(precision_available(Precision::kFp32));
  }
  kernels::set_target("scalar");
  try {
    expect_available(Precision::kBf16);
    FAIL() << "accepted";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("scalar"), std::string::npos) << e.what();
  }
}

TEST(Bf16, HasItsName) {
  EXPECT_EQ(precision_from_name("bf16"), Precision::kBf16);
  EXPECT_STREQ(precision_name(precision_from_name("fp32")), "fp32");
  EXPECT_THROW(precision_from_name("fp16"), Error);
}

}  // namespace
}  // namespace fer::testing
