// (What they allocate and keep: allocation_test.cc, which counts.)
#include "predict/workspaces.h"

#include <gtest/gtest.h>

#include "tests/predict/small_model.h"

namespace fer {
namespace {

TEST(Workspaces, HoldTheBatchWithLessThanTwiceTheRoom) {
  const Model model = small_model();
  const evaluation::ViewedModel prepared(model);
  predict::Workspaces workspaces(prepared);
  for (int64_t batch = 1; batch <= predict::kLargestBatch; ++batch) {
    const predict::Workspaces::Lease lease(workspaces, batch);
    EXPECT_GE(lease->workspace.crop.layers.max_batch(), batch);
    EXPECT_LT(lease->workspace.crop.layers.max_batch(), 2 * batch);
    EXPECT_EQ(lease->workspace.crop.inputs.shape()[0], lease->workspace.crop.layers.max_batch());
  }
}

// A caller that is given back its own workspace finds it as large as before, whoever asked in between.
TEST(Workspaces, LendTheOneThatWasUsedLast) {
  const Model model = small_model();
  const evaluation::ViewedModel prepared(model);
  predict::Workspaces workspaces(prepared);
  const auto slot_of = [&](int64_t batch) { return predict::Workspaces::Lease(workspaces, batch).operator->(); };
  const auto* four = slot_of(4);
  EXPECT_NE(slot_of(9), four);
  EXPECT_EQ(slot_of(3), four);
}

}  // namespace
}  // namespace fer
