#include "engine/layers/fused_conv.h"

#include "tests/engine/layers/check_layer.h"

namespace fer::testing {
namespace {

engine::FusedConv layer_of(const std::vector<float>& kernel) {
  engine::FusedConv conv;
  conv.kernel = kernel;
  conv.bias = {1, 2};
  return conv;
}

TEST(FusedConv, TakesABatchNormIntoKernelAndBias) {
  const std::vector<float> kernel = {1, 2, 3, 4};  // of two output channels
  engine::FusedConv conv = layer_of(kernel);
  EXPECT_TRUE(conv.absorb_batch_norm({.scale = {10, 100}, .shift = {5, 6}}));
  EXPECT_EQ(conv.scaled_kernel(), (std::vector<float>{10, 200, 30, 400}));
  EXPECT_EQ(conv.bias, (std::vector<float>{15, 206}));
  EXPECT_TRUE(conv.after.scale.empty());
}

TEST(FusedConv, PutsABatchNormBehindARelu) {
  const std::vector<float> kernel = {1, 2, 3, 4};
  engine::FusedConv conv = layer_of(kernel);
  EXPECT_TRUE(conv.absorb_relu(6));
  EXPECT_TRUE(conv.absorb_batch_norm({.scale = {10, 100}, .shift = {5, 6}}));
  EXPECT_EQ(conv.scaled_kernel(), kernel);
  EXPECT_TRUE(conv.absorb_batch_norm({.scale = {2, 3}, .shift = {1, 1}}));
  EXPECT_EQ(conv.after.scale, (std::vector<float>{20, 300}));
  EXPECT_EQ(conv.after.shift, (std::vector<float>{11, 19}));
  EXPECT_EQ(conv.relu_cap, 6);
}

TEST(FusedConv, TakesNoReluBehindAScale) {
  const std::vector<float> kernel = {1, 2, 3, 4};
  engine::FusedConv conv = layer_of(kernel);
  EXPECT_TRUE(conv.absorb_relu(std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(conv.absorb_batch_norm({.scale = {1, 1}, .shift = {0, 0}}));
  EXPECT_FALSE(conv.absorb_relu(6));
}

}  // namespace
}  // namespace fer::testing
