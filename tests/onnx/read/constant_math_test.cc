// What constants are computed from constants, and what is refused.
#include "onnx/read/constant_math.h"

#include <gtest/gtest.h>

#include <functional>
#include <tuple>

#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

using onnx_file::Constant;
using onnx_file::Dims;

Constant numbers(const Dims& dims) {
  return onnx_file::with_dims(onnx_file::whole_numbers(Dims(static_cast<size_t>(Shape(dims).elements()), 7)), dims);
}

TEST(OnnxConstants, LiesAboutShapesAreRefused) {
  const Dims axes(9, 1);
  const Constant six = numbers({2, 3}), nothing = onnx_file::with_dims(onnx_file::whole_numbers({}), {0, 1});
  const auto refused = [](const std::function<void()>& work) { return !message_of(work).empty(); };
  for (const Dims& dims : {Dims{7}, Dims{-2, -3}, Dims{INT64_MAX, INT64_MAX}, Dims{2, 3, 0}, axes}) {
    EXPECT_TRUE(refused([&] { onnx_file::with_dims(six, dims); })) << onnx_file::shown_dims(dims);
  }
  EXPECT_TRUE(refused([&] { onnx_file::with_dims(nothing, {0, INT64_MAX, INT64_MAX}); }));
  for (const Dims& perm : {Dims{}, Dims{0}, Dims{0, 0}, Dims{0, 2}, Dims{-1, 0}, Dims{0, 1, 2}}) {
    EXPECT_TRUE(refused([&] { onnx_file::transposed(six, perm); })) << onnx_file::shown_dims(perm);
  }
  EXPECT_TRUE(refused([&] { onnx_file::transposed(numbers({}), {0}); }));
  for (const Dims& dims : {Dims{1 << 26}, Dims{INT64_MAX, 3}, Dims{-1}, axes}) {
    EXPECT_TRUE(refused([&] { onnx_file::filled(dims, numbers({})); })) << onnx_file::shown_dims(dims);
  }
  EXPECT_TRUE(refused([&] { onnx_file::rows(six, {2}); }));
  EXPECT_TRUE(refused([&] { onnx_file::rows(six, {-1}); }));
  EXPECT_TRUE(refused([&] { onnx_file::rows(numbers({}), {0}); }));
  EXPECT_TRUE(refused([&] { onnx_file::rows(nothing, {0}); }));
  EXPECT_TRUE(refused([&] { onnx_file::joined({six, numbers({2, 2})}); }));
  EXPECT_TRUE(refused([&] { onnx_file::joined({numbers({}), numbers({})}); }));
}

TEST(OnnxConstants, WholeNumbersThatDoNotFitAreRefused) {
  using onnx_file::Operation;
  const auto of = [](Operation operation, int64_t a, int64_t b) {
    return onnx_file::computed(operation, onnx_file::whole_numbers({a}), onnx_file::whole_numbers({b})).int_at(0);
  };
  EXPECT_EQ(of(Operation::kDiv, -7, 2), -3);
  EXPECT_EQ(of(Operation::kSub, 4, 5), -1);
  for (const auto& [operation, a, b] : {std::tuple{Operation::kAdd, INT64_MAX, int64_t{1}},
                                        {Operation::kSub, INT64_MIN, int64_t{1}},
                                        {Operation::kMul, INT64_MAX, int64_t{2}},
                                        {Operation::kDiv, int64_t{1}, int64_t{0}},
                                        {Operation::kDiv, INT64_MIN, int64_t{-1}}}) {
    expect_contains(message_of([&, o = operation, x = a, y = b] { of(o, x, y); }), "expected whole numbers of 64 bits");
  }
  const Constant row = numbers({1, 1 << 14}), column = numbers({1 << 14, 1});
  expect_contains(message_of([&] { onnx_file::computed(Operation::kAdd, row, column); }),
                  "expected a constant of at most");
  expect_contains(message_of([&] { onnx_file::computed(Operation::kAdd, row, numbers({2})); }),
                  "expected shapes that fit");
}

}  // namespace
}  // namespace fer
