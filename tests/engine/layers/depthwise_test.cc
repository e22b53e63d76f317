#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(DepthwiseLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(DepthwiseConv2D{.padding = Padding::same()}, {6, 5, 3}, 2210);
  check_layer(DepthwiseConv2D{.kernel = {2, 3}, .strides = {1, 2}, .depth_multiplier = 2}, {6, 7, 3}, 2211);
}

TEST(DepthwiseLayer, FulfilsItAsHalfOfASeparableConvolution) {
  check_layer(SeparableConv2D{.filters = 4, .depth_multiplier = 2, .activation = Activation::kTanh}, {6, 6, 3}, 2212);
}

}  // namespace
}  // namespace fer::testing
