#include <gtest/gtest.h>

#include "fer/optimizer.h"

namespace fer {
namespace {

TEST(Optimizer, TellsItsNameAndRate) {
  EXPECT_STREQ(optimizer_name(Adam{}), "adam");
  EXPECT_STREQ(optimizer_name(AdamW{}), "adamw");
  EXPECT_STREQ(optimizer_name(Sgd{}), "sgd");
  EXPECT_EQ(learning_rate_of(Adam{}), 1e-3f);
  EXPECT_EQ(learning_rate_of(Sgd{.learning_rate = 0.5f}), 0.5f);
}

}  // namespace
}  // namespace fer
