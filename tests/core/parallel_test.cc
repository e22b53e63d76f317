#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fer/error.h"

namespace fer {
namespace {

class Parallel : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};

INSTANTIATE_TEST_SUITE_P(Threads, Parallel, ::testing::Values(1, 2, 5), ::testing::PrintToStringParamName());

TEST_P(Parallel, LoopCallsEveryChunkOnce) {
  for (const int64_t chunks : {0, 1, 2, 3, 100}) {
    std::vector<std::atomic<int>> calls(static_cast<size_t>(chunks));
    parallel_for(chunks, [&](int64_t i) { ++calls[static_cast<size_t>(i)]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
  }
}

TEST_P(Parallel, RangesCoverEverythingInPiecesOfTheGrain) {
  for (const int64_t n : {0, 1, 6, 7, 8, 50}) {
    std::mutex mutex;
    std::set<std::pair<int64_t, int64_t>> pieces;
    parallel_ranges(n, 7, [&](int64_t begin, int64_t end) {
      const std::lock_guard lock(mutex);
      pieces.insert({begin, end});
    });
    int64_t next = 0;
    for (const auto& [begin, end] : pieces) {
      EXPECT_EQ(begin, next);
      EXPECT_EQ(end, std::min(begin + 7, n));
      next = end;
    }
    EXPECT_EQ(next, n);
  }
}

// Two calls in one slot at one time would find the slot busy.
TEST_P(Parallel, CallsAtTheSameTimeHaveDifferentSlots) {
  for (const int max_slots : {1, 2, 3}) {
    std::vector<std::atomic<bool>> busy(static_cast<size_t>(max_slots));
    std::atomic<int> wrong = 0;
    parallel_for_slots(200, max_slots, [&](int64_t, int slot) {
      if (slot < 0 || slot >= max_slots || busy[static_cast<size_t>(slot)].exchange(true)) {
        ++wrong;
        return;
      }
      std::this_thread::yield();
      busy[static_cast<size_t>(slot)] = false;
    });
    EXPECT_EQ(wrong, 0) << max_slots << " slots";
  }
}

TEST_P(Parallel, LoopInsideALoopRunsOnItsCaller) {
  std::vector<std::atomic<int>> calls(60);
  std::atomic<int> strangers = 0;
  parallel_for(6, [&](int64_t i) {
    const auto caller = std::this_thread::get_id();
    parallel_for_slots(10, 4, [&](int64_t j, int slot) {
      strangers += std::this_thread::get_id() != caller && GetParam() > 1;
      strangers += slot != 0 && GetParam() > 1;
      ++calls[static_cast<size_t>(i * 10 + j)];
    });
  });
  EXPECT_EQ(strangers, 0);
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

#if defined(__SSE2__)
// Products of small numbers are zero within a loop, on every thread, and as they were after it.
TEST_P(Parallel, DenormalNumbersAreZeroWithinLoopsAlone) {
  volatile float small = 1e-30f, tenth = 1e-10f;
  std::vector<float> products(1000, 1.0f);
  parallel_for(1000, [&](int64_t i) { products[static_cast<size_t>(i)] = small * tenth; });
  EXPECT_EQ(products, std::vector<float>(1000, 0.0f));
  EXPECT_GT(small * tenth, 0.0f);
}
#endif

// Of several exceptions that of the first chunk, whatever thread threw it; the loop is over when it comes out.
TEST_P(Parallel, WhatIsThrownInALoopComesOutOfIt) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> running = 0;
    std::string found;
    try {
      parallel_for(40, [&](int64_t i) {
        ++running;
        std::this_thread::yield();
        --running;
        if (i % 10 == 7) throw Error(std::to_string(i));
      });
    } catch (const Error& e) {
      found = e.what();
    }
    EXPECT_EQ(found, "7");
    EXPECT_EQ(running, 0);
  }
  std::atomic<int> calls = 0;
  parallel_for(10, [&](int64_t) { ++calls; });
  EXPECT_EQ(calls, 10);
}

// Loops of many threads at once, each with sums of its own: workers come and go between them.
TEST_P(Parallel, LoopsOfManyThreadsDoNotMix) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 6; ++t) {
    callers.emplace_back([&, t] {
      set_num_threads(GetParam());
      for (int round = 0; round < 200; ++round) {
        const int64_t chunks = 1 + (round * 5 + t) % 23;
        std::vector<int64_t> values(static_cast<size_t>(chunks), -1);
        parallel_for(chunks, [&](int64_t i) { values[static_cast<size_t>(i)] = i * t; });
        for (int64_t i = 0; i < chunks; ++i) wrong += values[static_cast<size_t>(i)] != i * t;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace fer
