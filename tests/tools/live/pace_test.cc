#include "tools/live/pace.h"

#include <gtest/gtest.h>

namespace fer::live {
namespace {

using std::chrono::milliseconds;

TEST(Pace, CountsFramesPerSecondAndLatency) {
  Pace pace;
  EXPECT_EQ(pace.summary(), "no frames");
  EXPECT_EQ(pace.frames_per_second(), 0);
  const Clock::time_point begin{};
  for (int i = 0; i < 100; ++i) {
    const auto done = begin + milliseconds(20 * i + 20);
    pace.add(done - milliseconds(i == 99 ? 90 : 20), done, i % 2 == 0);
  }
  EXPECT_EQ(pace.frames(), 100u);
  EXPECT_EQ(pace.detections(), 50u);
  EXPECT_NEAR(pace.frames_per_second(), 50, 1e-9);
  EXPECT_EQ(
      pace.summary(),
      "100 frames in 2.00 s: 50.0 frames per second; a frame was ready 20 ms after it was read (median; 99 % within "
      "20 ms)");
}

TEST(Pace, TheRateIsOfTheLastSecond) {
  Pace pace;
  const Clock::time_point begin{};
  for (int i = 0; i < 10; ++i) pace.add(begin, begin + milliseconds(500 * i), true);
  for (int i = 1; i <= 40; ++i) pace.add(begin, begin + milliseconds(4500 + 25 * i), true);
  EXPECT_NEAR(pace.frames_per_second(), 40, 1);
}

}  // namespace
}  // namespace fer::live
