#include "kernels/conv/algorithms.h"

#include <iterator>

namespace fer::kernels {
namespace {

// F(5x5) rounded to bf16 is off by twice as much as F(4x4): it is taken only where it spares a fifth.
constexpr double kWorthTheError = 0.8;

// In the order of the enumeration, which is also the order in which they are compared: of equal costs the first wins.
// clang-format off
constexpr ConvMethod kMethods[] = {
    // algorithm                     name                         family          tile kernel bf16  worth
    {ConvAlgorithm::kDirect,        "direct",                   &kDirectFamily,   0, 0},
    {ConvAlgorithm::kGrouped,       "grouped",                  &kGroupedFamily,  0, 0},
    {ConvAlgorithm::kWinograd2,     "winograd F(2x2,3x3)",      &kWinogradFamily, 2, 3},
    {ConvAlgorithm::kWinograd3,     "winograd F(3x3,3x3)",      &kWinogradFamily, 3, 3},
    {ConvAlgorithm::kWinograd4,     "winograd F(4x4,3x3)",      &kWinogradFamily, 4, 3},
    {ConvAlgorithm::kWinograd5,     "winograd F(5x5,3x3)",      &kWinogradFamily, 5, 3},
    {ConvAlgorithm::kWinograd6,     "winograd F(6x6,3x3)",      &kWinogradFamily, 6, 3},
    {ConvAlgorithm::kWinograd4Of5,  "winograd F(4x4,5x5)",      &kWinogradFamily, 4, 5},
    {ConvAlgorithm::kWinograd2Bf16, "winograd F(2x2,3x3) bf16", &kWinogradFamily, 2, 3, true},
    {ConvAlgorithm::kWinograd3Bf16, "winograd F(3x3,3x3) bf16", &kWinogradFamily, 3, 3, true},
    {ConvAlgorithm::kWinograd4Bf16, "winograd F(4x4,3x3) bf16", &kWinogradFamily, 4, 3, true},
    {ConvAlgorithm::kWinograd5Bf16, "winograd F(5x5,3x3) bf16", &kWinogradFamily, 5, 3, true, kWorthTheError},
};
// clang-format on

constexpr bool rows_follow_the_enumeration() {
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    if (static_cast<size_t>(kMethods[i].algorithm) != i) return false;
  }
  return true;
}
static_assert(rows_follow_the_enumeration());

}  // namespace

const ConvMethod& conv_method(ConvAlgorithm algorithm) { return kMethods[static_cast<size_t>(algorithm)]; }

void prepare_and_forward(const ConvMethod& method, const ConvShape& s, const float* x, const float* w,
                         const ConvEpilogue& epilogue, float* y, Scratch scratch) {
  const ConvFamily& family = *method.family;
  const int64_t packed = aligned_floats(family.prepared_floats(method, s));
  family.prepare(method, s, w, scratch.data);
  family.forward_prepared(method, s, x, scratch.data, epilogue, y, {scratch.data + packed, scratch.floats - packed});
}

std::vector<ConvAlgorithm> conv_algorithms() {
  std::vector<ConvAlgorithm> all;
  for (const ConvMethod& method : kMethods) all.push_back(method.algorithm);
  return all;
}

const char* conv_algorithm_name(ConvAlgorithm algorithm) { return conv_method(algorithm).name; }

}  // namespace fer::kernels
