#include "distributed/background.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace fer::distributed {
namespace {

TEST(Background, WorksWhileThereIsAReasonTo) {
  std::atomic<int> turns = 0;
  Background background([&] { ++turns; });
  background.hold();
  background.hold();
  background.let_go();
  while (turns < 3) std::this_thread::yield();
  background.let_go();
  // At most the turn that was under way.
  const int before = turns;
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_LE(turns, before + 1);
}

TEST(Background, EndsWithAReasonHeld) {
  Background background([] {});
  background.hold();
}

}  // namespace
}  // namespace fer::distributed
