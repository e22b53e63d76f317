// Numbers of other widths.
#include "onnx/file/constant.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fer::onnx_file {
namespace {

Constant read(const onnx::TensorProto& tensor) {
  ExternalData none;
  return constant_of(tensor, none);
}

std::vector<float> floats_of(const Constant& constant) {
  std::vector<float> values;
  for (int64_t i = 0; i < constant.size(); ++i) values.push_back(constant.float_at(i));
  return values;
}

onnx::TensorProto halves(int type, const std::vector<uint16_t>& bits, bool raw) {
  onnx::TensorProto tensor;
  tensor.set_data_type(type);
  tensor.add_dims(static_cast<int64_t>(bits.size()));
  if (raw) tensor.set_raw_data(bits.data(), bits.size() * sizeof(uint16_t));
  for (const uint16_t half : bits) {
    if (!raw) tensor.add_int32_data(half);
  }
  return tensor;
}

TEST(OnnxConstant, HalvesBecomeFloats) {
  // 1, -2, the largest, the smallest normal one, the smallest of all, -0, a third.
  const std::vector<uint16_t> bits = {0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x3555};
  const std::vector<float> expected = {1, -2, 65504, 0x1p-14f, 0x1p-24f, -0.0f, 0.333251953125f};
  for (const bool raw : {true, false}) {
    const Constant constant = read(halves(onnx::TensorProto::FLOAT16, bits, raw));
    EXPECT_EQ(floats_of(constant), expected);
    EXPECT_TRUE(std::signbit(constant.float_at(5)));
  }
  const Constant others = read(halves(onnx::TensorProto::FLOAT16, {0x7c00, 0xfc00, 0x7e00}, true));
  EXPECT_EQ(others.float_at(0), INFINITY);
  EXPECT_EQ(others.float_at(1), -INFINITY);
  EXPECT_TRUE(std::isnan(others.float_at(2)));
}

TEST(OnnxConstant, UpperHalvesAndDoublesToo) {
  for (const bool raw : {true, false}) {
    EXPECT_EQ(floats_of(read(halves(onnx::TensorProto::BFLOAT16, {0x3f80, 0xc040}, raw))), (std::vector<float>{1, -3}));
  }
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::DOUBLE);
  tensor.add_dims(2);
  tensor.add_double_data(0.1);
  tensor.add_double_data(-4);
  EXPECT_EQ(floats_of(read(tensor)), (std::vector<float>{0.1f, -4}));
}

}  // namespace
}  // namespace fer::onnx_file
