#include "kernels/gemm/gemm.h"

#include <gtest/gtest.h>

#include "kernels/reference/dense.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;
using kernels::GemmShape;

constexpr int64_t kGap = 5;  // floats between rows, which may not be touched

// [rows, columns] with gaps of `kGap` NaN after each row.
std::vector<float> spread(int64_t rows, int64_t columns, const std::vector<float>& values) {
  std::vector<float> out(static_cast<size_t>(rows * (columns + kGap)), kNan);
  for (int64_t i = 0; i < rows * columns; ++i)
    out[static_cast<size_t>(i / columns * (columns + kGap) + i % columns)] = values[static_cast<size_t>(i)];
  return out;
}

std::vector<float> transpose(int64_t rows, int64_t columns, const std::vector<float>& values) {
  std::vector<float> out(values.size());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      out[static_cast<size_t>(j * rows + i)] = values[static_cast<size_t>(i * columns + j)];
  return out;
}

// The values between the gaps; expects the gaps untouched.
std::vector<float> gathered(int64_t rows, int64_t columns, const std::vector<float>& spread_values) {
  std::vector<float> out;
  for (int64_t i = 0; i < rows; ++i) {
    const auto row = spread_values.begin() + i * (columns + kGap);
    out.insert(out.end(), row, row + columns);
    for (int64_t j = columns; j < columns + kGap; ++j) EXPECT_TRUE(std::isnan(row[j])) << "written beyond a row's end";
  }
  return out;
}

struct GemmCase {
  GemmShape s;
  std::vector<float> a, b, c;  // c: what the result is added to

  explicit GemmCase(const GemmShape& shape) : s(shape) {
    Draw draw(1200);
    a = draw.values(s.m * s.k);
    b = draw.values(s.k * s.n);
    c = draw.values(s.m * s.n);
  }

  std::vector<float> packed(bool from_transposed) const {
    ScratchMemory memory(kernels::gemm_packed_floats(s.k, s.n));
    const std::vector<float> bt = transpose(s.k, s.n, b);
    kernels::gemm_pack(
        s.k, s.n, from_transposed ? kernels::GemmOperand{bt.data(), 1, s.k} : kernels::GemmOperand{b.data(), s.n, 1},
        memory.span().data());
    const std::vector<float> wide_a = spread(s.m, s.k, a);
    std::vector<float> out = spread(s.m, s.n, std::vector<float>(c.size(), kNan));
    kernels::gemm_packed(s, wide_a.data(), s.k + kGap, memory.span().data(), out.data(), s.n + kGap, false);
    return gathered(s.m, s.n, out);
  }

  std::vector<float> packed_accumulating() const {
    ScratchMemory memory(kernels::gemm_packed_floats(s.k, s.n));
    kernels::gemm_pack(s.k, s.n, {b.data(), s.n, 1}, memory.span().data());
    std::vector<float> out = spread(s.m, s.n, c);
    kernels::gemm_packed(s, a.data(), s.k, memory.span().data(), out.data(), s.n + kGap, true);
    return gathered(s.m, s.n, out);
  }

  std::vector<float> transposed(bool accumulate) const {
    const std::vector<float> at = spread(s.k, s.m, transpose(s.m, s.k, a)), wide_b = spread(s.k, s.n, b);
    std::vector<float> out = spread(s.m, s.n, accumulate ? c : std::vector<float>(c.size(), kNan));
    kernels::gemm_transposed(s, at.data(), s.m + kGap, wide_b.data(), s.n + kGap, out.data(), s.n + kGap, accumulate);
    return gathered(s.m, s.n, out);
  }
};

void check_gemm(const GemmShape& s) {
  const std::string what = fmt::format("gemm {} x {} x {}", s.m, s.n, s.k);
  const GemmCase g(s);
  const kernels::DenseShape dense{.n = s.m, .inputs = s.k, .units = s.n};
  const std::vector<double> none;
  const auto product = reference::dense_forward(dense, as_doubles(g.a), as_doubles(g.b), none);
  auto size = reference::dense_forward(dense, magnitudes_of(g.a), magnitudes_of(g.b), none);
  auto sum = product;
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += g.c[i];
  on_every_target(
      what, s.m * s.n * s.k,
      [&] {
        return Results{g.packed(false), g.packed(true), g.transposed(false), g.packed_accumulating(),
                       g.transposed(true)};
      },
      [&](const Results& r) {
        const auto terms = static_cast<double>(s.k);
        expect_sums(r[0], product, size, terms, what);
        expect_same_bits(r[0], r[1], what + ", packed from columns");
        expect_sums(r[2], product, size, terms, what + ", transposed");
        std::vector<double> with_c = size;
        for (size_t i = 0; i < with_c.size(); ++i) with_c[i] += std::fabs(g.c[i]);
        expect_sums(r[3], sum, with_c, terms + 1, what + ", accumulating");
        expect_sums(r[4], sum, with_c, terms + 1, what + ", transposed, accumulating");
      });
}

TEST(Gemm, AgreesForEveryNumberOfColumns) {
  for (int64_t n = 1; n <= 70; ++n) check_gemm({.m = 7, .n = n, .k = 5});
}

TEST(Gemm, AgreesForEveryNumberOfRows) {
  for (int64_t m = 1; m <= 25; ++m) check_gemm({.m = m, .n = 21, .k = 9});
}

TEST(Gemm, AgreesForEveryDepth) {
  for (const int64_t k : {1, 2, 3, 7, 8, 33, 130, 600}) check_gemm({.m = 13, .n = 35, .k = k});
}

TEST(Gemm, AgreesForSeveralPanels) {
  for (const int64_t n : {64, 65, 128, 130, 200}) check_gemm({.m = 9, .n = n, .k = 17});
}

}  // namespace
}  // namespace fer::testing
