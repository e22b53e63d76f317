// training_memory_bytes.
#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TEST(TrainingMemory, GrowsWithTheBatchByItsActivations) {
  const size_t one = training_memory_bytes(small_network(), 64), two = training_memory_bytes(small_network(), 128),
               four = training_memory_bytes(small_network(), 256);
  EXPECT_GT(two, one);
  EXPECT_NEAR(static_cast<double>(four - two), 2.0 * static_cast<double>(two - one),
              0.1 * static_cast<double>(four - two));
}

TEST(TrainingMemory, OfAccumulatedStepsHasASecondGradient) {
  const auto gradient = static_cast<size_t>(parameter_layout(small_network()).trainable_floats) * sizeof(float);
  EXPECT_EQ(training_memory_bytes(small_network(), 8, true), training_memory_bytes(small_network(), 8) + gradient);
}

TEST(TrainingMemory, OfABatchOfNothingIsRefused) {
  EXPECT_EQ(message_of([] { training_memory_bytes(small_network(), 0); }), "batch size: expected 1 or more, found 0");
}

}  // namespace
}  // namespace fer
