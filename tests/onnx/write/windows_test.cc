// Convolutions and pools: padding as ONNX orders it, and what each opset knows.
#include "onnx/write/windows.h"

#include <gtest/gtest.h>

#include <set>

namespace fer::onnx_file {
namespace {

Ints numbers_of(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return {attribute.ints().begin(), attribute.ints().end()};
  }
  return {};
}

std::set<std::string> names_in(const onnx::NodeProto& node) {
  std::set<std::string> names;
  for (const onnx::AttributeProto& attribute : node.attribute()) names.insert(attribute.name());
  return names;
}

TEST(OnnxWrittenWindows, PadsAreTopLeftBottomRight) {
  const auto pads = [](const Shape& input, const Pair& kernel, const Pair& strides, const Padding& padding) {
    onnx::NodeProto node;
    set_convolution(node, {input, kernel, strides, padding}, 3);
    EXPECT_EQ(numbers_of(node, "kernel_shape"), (Ints{kernel[0], kernel[1]}));
    EXPECT_EQ(numbers_of(node, "strides"), (Ints{strides[0], strides[1]}));
    EXPECT_EQ(node.attribute(4).i(), 3);
    return numbers_of(node, "pads");
  };
  EXPECT_EQ(pads({6, 5, 3}, {2, 5}, {1, 1}, Padding::valid()), (Ints{0, 0, 0, 0}));
  EXPECT_EQ(pads({6, 5, 3}, {2, 5}, {1, 1}, Padding::on_each_side(2)), (Ints{2, 2, 2, 2}));
  EXPECT_EQ(pads({6, 5, 3}, {2, 5}, {1, 1}, Padding::same()), (Ints{0, 2, 1, 2}));
  // 3 windows of rows 2 apart see 7 rows of 6, 3 of columns see 9 of 5.
  EXPECT_EQ(pads({6, 5, 3}, {3, 5}, {2, 2}, Padding::same()), (Ints{0, 2, 1, 2}));
  EXPECT_EQ(pads({6, 5, 3}, {1, 1}, {2, 3}, Padding::same()), (Ints{0, 0, 0, 0}));
}

TEST(OnnxWrittenWindows, PadsOfADilationAreThoseOfTheSpreadKernel) {
  onnx::NodeProto node;
  const Shape input = {6, 5, 3};
  const Padding same = Padding::same();
  set_convolution(node, {input, {3, 2}, {1, 1}, same, {2, 3}});
  EXPECT_EQ(numbers_of(node, "kernel_shape"), (Ints{3, 2}));
  EXPECT_EQ(numbers_of(node, "dilations"), (Ints{2, 3}));
  EXPECT_EQ(numbers_of(node, "pads"), (Ints{2, 1, 2, 2}));
}

TEST(OnnxWrittenWindows, PoolsHaveTheAttributesOfTheirOpset) {
  using Names = std::set<std::string>;
  const Shape input = {6, 5, 3};
  const Padding valid = Padding::valid();
  const WrittenWindow window = {input, {2, 2}, {2, 2}, valid};
  const auto names = [&](auto set_pool, int64_t opset) {
    onnx::NodeProto node;
    set_pool(node, window, opset);
    return names_in(node);
  };
  EXPECT_EQ(names(set_max_pool, 9), (Names{"kernel_shape", "strides", "pads", "storage_order"}));
  EXPECT_EQ(names(set_max_pool, 10),
            (Names{"kernel_shape", "strides", "pads", "storage_order", "ceil_mode", "dilations"}));
  EXPECT_EQ(names(set_average_pool, 9), (Names{"kernel_shape", "strides", "pads", "count_include_pad"}));
  EXPECT_EQ(names(set_average_pool, 18), (Names{"kernel_shape", "strides", "pads", "count_include_pad", "ceil_mode"}));
  EXPECT_EQ(names(set_average_pool, 19),
            (Names{"kernel_shape", "strides", "pads", "count_include_pad", "ceil_mode", "dilations"}));
}

}  // namespace
}  // namespace fer::onnx_file
