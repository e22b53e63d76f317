#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "fer/error.h"

namespace fer {
namespace {

class Parallel : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};
INSTANTIATE_TEST_SUITE_P(Threads, Parallel, testing::Values(1, 2, 5));

TEST_P(Parallel, EveryChunkRunsOnce) {
  std::vector<int> runs(1000);
  parallel_for(1000, [&](int64_t i) { ++runs[static_cast<size_t>(i)]; });
  for (const int count : runs) EXPECT_EQ(count, 1);
}

TEST_P(Parallel, RangesCoverEverythingOnceAndTheLastIsShorter) {
  std::vector<int> covered(103);
  parallel_ranges(103, 10, [&](int64_t begin, int64_t end) {
    EXPECT_EQ(begin % 10, 0);
    EXPECT_LE(end - begin, 10);
    for (int64_t i = begin; i < end; ++i) ++covered[static_cast<size_t>(i)];
  });
  for (const int count : covered) EXPECT_EQ(count, 1);
}

TEST_P(Parallel, CallsAtTheSameTimeHaveDifferentSlots) {
  constexpr int kSlots = 3;
  std::atomic<int> users[kSlots] = {};
  std::atomic<bool> shared = false;
  parallel_for_slots(200, kSlots, [&](int64_t, int slot) {
    if (slot < 0 || slot >= kSlots || users[slot].fetch_add(1) != 0) shared = true;
    volatile int work = 0;
    for (int i = 0; i < 1000; ++i) work = work + i;
    if (slot >= 0 && slot < kSlots) users[slot].fetch_sub(1);
  });
  EXPECT_FALSE(shared);
}

TEST_P(Parallel, ALoopInsideALoopRunsOnItsThreadInSlotZero) {
  std::atomic<int> calls = 0;
  std::atomic<bool> other_slot = false;
  parallel_for(8, [&](int64_t) {
    parallel_for_slots(5, 4, [&](int64_t, int slot) {
      if (slot != 0) other_slot = true;
      ++calls;
    });
  });
  EXPECT_EQ(calls, 40);
  EXPECT_FALSE(other_slot);
}

TEST(ParallelCount, NoChunksMeansNoCalls) {
  parallel_for(0, [](int64_t) { FAIL(); });
}

TEST(ParallelCount, ANegativeNumberOfThreadsIsRefused) {
  EXPECT_THROW(set_num_threads(-1), Error);
  set_num_threads(0);
  EXPECT_GE(num_threads(), 1);
}

}  // namespace
}  // namespace fer
