// Kernels in 16 and 8 bits.
#include "io/storage.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "fer/model_file.h"
#include "tests/support/message.h"

namespace fer::io {
namespace {

Parameter kernel(std::vector<int64_t> dims) {
  Parameter parameter;
  parameter.name = "conv/kernel";
  parameter.shape = Shape(std::move(dims));
  return parameter;
}

float rounded(float value) {
  const std::vector<uint16_t> halves = to_bf16(kernel({1}), std::span<const float>(&value, 1));
  float widened = 0;
  widen_bf16(std::as_bytes(std::span(halves)), std::span(&widened, 1));
  return widened;
}

float from_bits(uint32_t bits) { return std::bit_cast<float>(bits); }

TEST(Storage, Bf16RoundsToNearestAndAHalfToEven) {
  EXPECT_EQ(rounded(1.0f), 1.0f);
  EXPECT_EQ(rounded(from_bits(0x3f807fff)), from_bits(0x3f800000));
  EXPECT_EQ(rounded(from_bits(0x3f808000)), from_bits(0x3f800000));  // a half, to the even one below
  EXPECT_EQ(rounded(from_bits(0x3f808001)), from_bits(0x3f810000));
  EXPECT_EQ(rounded(from_bits(0x3f818000)), from_bits(0x3f820000));  // a half, to the even one above
  EXPECT_EQ(rounded(from_bits(0xbf818000)), from_bits(0xbf820000));
  EXPECT_EQ(rounded(from_bits(0x3fffffff)), 2.0f);  // into the exponent
  EXPECT_EQ(rounded(from_bits(0x00000001)), 0.0f);  // the smallest number
  EXPECT_TRUE(std::signbit(rounded(-0.0f)));
}

TEST(Storage, Bf16KeepsEveryNumberOfItsOwn) {
  for (uint32_t upper = 0; upper <= 0xffff; ++upper) {
    if ((upper & 0x7f80) == 0x7f80) continue;  // infinite, or no number
    const float value = from_bits(upper << 16);
    EXPECT_EQ(std::bit_cast<uint32_t>(rounded(value)), upper << 16);
  }
}

TEST(Storage, WhatBf16CannotHoldIsRefusedByName) {
  EXPECT_EQ(rounded(from_bits(0x7f7f7fff)), from_bits(0x7f7f0000));
  for (const float beyond : {from_bits(0x7f7f8000), -std::numeric_limits<float>::max()}) {
    expect_contains(message_of([&] { rounded(beyond); }), "tensor 'conv/kernel': expected numbers below 3.396e38");
  }
}

TEST(Storage, BytesAreMultiplesOfTheChannelsLargestBy127) {
  const std::vector<float> values = {127, 0.5f, -63.6f, 0, 0.4f, -2};
  const ScaledBytes stored = to_bytes(kernel({3, 1, 2}), values);
  EXPECT_EQ(stored.scale, (std::vector<float>{1, 2.0f / 127}));
  EXPECT_EQ(stored.bytes, (std::vector<int8_t>{127, 32, -64, 0, 0, -127}));
}

TEST(Storage, AChannelOfZerosOrOfTinyNumbersIsStoredToo) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const ScaledBytes stored = to_bytes(kernel({2, 3}), std::vector<float>{0, tiny, 190 * tiny, 0, -tiny, -100 * tiny});
  for (const float scale : stored.scale) EXPECT_GT(scale, 0);
  EXPECT_EQ(stored.bytes[0], 0);
  EXPECT_EQ(stored.bytes[2], 127);
}

TEST(Storage, HasNames) {
  for (const Storage storage : {Storage::kFp32, Storage::kBf16, Storage::kInt8}) {
    EXPECT_EQ(storage_from_name(storage_name(storage)), storage);
  }
  EXPECT_EQ(message_of([] { storage_from_name("fp16"); }), "storage: expected fp32, bf16 or int8, found 'fp16'");
}

}  // namespace
}  // namespace fer::io
