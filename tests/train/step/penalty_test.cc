#include "train/step/penalty.h"

#include <gtest/gtest.h>

namespace fer::train {
namespace {

// l1 * sum |w| + l2 * sum w^2, of the kernels that have a regulariser alone.
TEST(Penalty, IsOfKernelsThatHaveARegulariser) {
  Network network;
  network.input = Shape({1, 1, 2});
  Dense first{.units = 1}, second{.units = 2, .activation = Activation::kSoftmax};
  first.kernel_regularizer = {.l1 = 0.5f, .l2 = 0.25f};
  network.layers = {{.name = "flat", .kind = Flatten{}, .inputs = {}},
                    {.name = "a", .kind = first, .inputs = {}},
                    {.name = "b", .kind = second, .inputs = {}}};
  Weights weights(network);
  for (const Parameter& p : weights.layout.parameters) {
    for (float& value : weights.of(p)) value = p.name == "a/kernel" ? -3.0f : 100.0f;
  }
  // Two weights of -3: 0.5 * 6 + 0.25 * 18.
  EXPECT_DOUBLE_EQ(regularization_penalty(weights.layout, weights.values.values()), 7.5);
}

TEST(Penalty, IsZeroWithoutRegularisers) {
  Network network;
  network.input = Shape({1, 1, 2});
  network.layers = {{.name = "flat", .kind = Flatten{}, .inputs = {}},
                    {.name = "a", .kind = Dense{.units = 2, .activation = Activation::kSoftmax}, .inputs = {}}};
  const Weights weights(network);
  EXPECT_EQ(regularization_penalty(weights.layout, weights.values.values()), 0.0);
}

}  // namespace
}  // namespace fer::train
