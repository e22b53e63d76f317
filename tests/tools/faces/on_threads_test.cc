// Work on pictures, shared out among threads.
#include "tools/faces/on_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "fer/threads.h"

namespace fer::cli {
namespace {

class OnThreads : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_num_threads(GetParam()); }
  void TearDown() override { set_num_threads(0); }
};

TEST_P(OnThreads, EachIsDoneOnce) {
  std::vector<std::atomic<int>> done(100);
  for_each_on_threads(100, [&](int64_t i) { ++done[static_cast<size_t>(i)]; });
  for (const auto& times : done) EXPECT_EQ(times, 1);
  for_each_on_threads(0, [](int64_t) { FAIL(); });
}

TEST_P(OnThreads, TheFirstFailureComesOut) {
  for (int round = 0; round < 20; ++round) {
    try {
      for_each_on_threads(50, [](int64_t i) {
        if (i % 7 == 3) throw std::runtime_error(std::to_string(i));
      });
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "3");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Numbers, OnThreads, ::testing::Values(1, 2, 5));

}  // namespace
}  // namespace fer::cli
