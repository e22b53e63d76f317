#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(SpatialLayers, FulfilWhatEveryLayerFulfils) {
  check_layer(ZeroPad2D{.pad = 2}, {3, 4, 3}, 2330);
  check_layer(Resize{.size = {7, 3}}, {4, 5, 2}, 2331);
}

}  // namespace
}  // namespace fer::testing
