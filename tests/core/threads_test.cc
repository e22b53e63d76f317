#include "fer/threads.h"

#include <gtest/gtest.h>

#include <thread>

#include "fer/error.h"

namespace fer {
namespace {

TEST(Threads, ZeroMeansAllOfThem) {
  set_num_threads(0);
  EXPECT_GE(num_threads(), 1);
}

TEST(Threads, AreSetForTheCallingThreadAlone) {
  set_num_threads(3);
  int elsewhere = 0;
  std::thread([&] {
    set_num_threads(1);
    elsewhere = num_threads();
  }).join();
  EXPECT_EQ(elsewhere, 1);
  EXPECT_EQ(num_threads(), 3);
  set_num_threads(0);
}

TEST(Threads, RefuseANegativeNumber) { EXPECT_THROW(set_num_threads(-1), Error); }

}  // namespace
}  // namespace fer
