#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

TEST(SpatialLayers, FulfilWhatEveryLayerFulfils) {
  check_layer(ZeroPad2D{.pad = 2}, {3, 4, 3}, 2330);
  check_layer(Resize{.size = {7, 3}}, {4, 5, 2}, 2331);
  check_layer(Crop2D{.rows = {1, 0}, .columns = {0, 2}}, {4, 5, 3}, 2332);
  check_layer(UpSample2D{.size = {2, 3}}, {3, 2, 3}, 2333);
}

}  // namespace
}  // namespace fer::testing
