#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(PoolLayers, FulfilWhatEveryLayerFulfils) {
  check_layer(AveragePool2D{}, {6, 5, 3}, 2260);
  check_layer(AveragePool2D{.pool = {3, 2}, .strides = {1, 2}, .padding = Padding::same()}, {6, 5, 3}, 2261);
  check_layer(GlobalAveragePool2D{.keepdims = true}, {4, 3, 5}, 2262);
  check_layer(MaxPool2D{}, {6, 6, 3}, 2263);
  check_layer(MaxPool2D{.pool = {3, 3}, .strides = {2, 1}, .padding = Padding::same()}, {5, 6, 2}, 2264);
}

}  // namespace
}  // namespace fer::testing
