#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(GlobalMaxLayer, FulfilsWhatEveryLayerFulfils) {
  check_layer(GlobalMaxPool2D{.keepdims = true}, {4, 3, 5}, 2270);
  check_layer(GlobalMaxPool2D{}, {5, 4, 3}, 2271);
}

}  // namespace
}  // namespace fer::testing
