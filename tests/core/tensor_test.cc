#include "fer/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "fer/error.h"

namespace fer {
namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ(Shape({2, 3, 4}).elements(), 24);
  EXPECT_EQ(Shape().elements(), 1) << "a rank-0 shape has one element";
  EXPECT_EQ(Shape({5, 0, 7}).elements(), 0);
}

TEST(Shape, RefusesAProductThatDoesNotFit) {
  const int64_t large = int64_t{1} << 32;
  EXPECT_EQ(message_of([&] {
              (void)Shape({large, large}).elements();
            }),
            "shape [4294967296, 4294967296]: too many elements");
}

TEST(Shape, RefusesNegativeExtents) {
  EXPECT_EQ(message_of([] { (void)Shape({3, -1}).elements(); }), "shape [3, -1]: expected extents of 0 or more");
}

TEST(Shape, PrintsItsExtents) {
  EXPECT_EQ(Shape({46, 46, 64}).to_string(), "[46, 46, 64]");
  EXPECT_EQ(Shape().to_string(), "[]");
}

TEST(Tensor, BeginsAsZerosOnACacheLine) {
  for (const int64_t n : {1, 7, 1000}) {
    const Tensor t(Shape{n});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(t.data()) % 64, 0u);
    for (const float v : t.values()) EXPECT_EQ(v, 0.0f);
  }
}

TEST(Tensor, CopiesAreDeep) {
  Tensor a(Shape{2, 2});
  a.data()[0] = 1;
  Tensor b = a;
  b.data()[0] = 2;
  EXPECT_EQ(a.data()[0], 1.0f);
  EXPECT_EQ(b.shape(), a.shape());
  a = b;
  EXPECT_EQ(a.data()[0], 2.0f);
  Tensor& itself = a;
  a = itself;
  EXPECT_EQ(a.data()[0], 2.0f);
}

TEST(Tensor, IsEmptyWhenMovedFrom) {
  Tensor a(Shape{3});
  const float* data = a.data();
  Tensor b = std::move(a);
  EXPECT_EQ(b.data(), data);
  EXPECT_EQ(a.size(), 0u);  // NOLINT(bugprone-use-after-move): it is the point
  EXPECT_EQ(a.data(), nullptr);
  const Tensor copy = a;
  EXPECT_EQ(copy.size(), 0u);
}

TEST(Tensor, TakesOnlyAsManyValuesAsItHolds) {
  const float values[] = {1, 2, 3};
  EXPECT_EQ(Tensor(Shape{3}, values).values()[2], 3.0f);
  EXPECT_EQ(message_of([&] { Tensor(Shape{2, 2}, values); }), "tensor of shape [2, 2]: expected 4 values, found 3");
}

TEST(Tensor, RefusesASizeBeyondMemory) {
  EXPECT_EQ(message_of([] { Tensor(Shape{std::numeric_limits<int64_t>::max() / 2}); }),
            "tensor of shape [4611686018427387903]: not enough memory");
}

}  // namespace
}  // namespace fer
