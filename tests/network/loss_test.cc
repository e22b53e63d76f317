#include "fer/loss.h"

#include <gtest/gtest.h>

namespace fer {
namespace {

TEST(Loss, HasTheNameThatOptionsAndFilesUse) {
  EXPECT_STREQ(loss_name(Loss::kCrossEntropy), "cross_entropy");
  EXPECT_STREQ(loss_name(Loss::kSquaredHinge), "squared_hinge");
  EXPECT_STREQ(loss_name(Loss::kSymmetricCrossEntropy), "symmetric_cross_entropy");
}

}  // namespace
}  // namespace fer
