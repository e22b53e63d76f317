// Predictions before, during and after a fork: gunicorn, multiprocessing.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "fer/predictor.h"
#include "fer/threads.h"
#include "tests/predict/small_model.h"
#include "tests/support/sanitizers.h"

namespace fer {
namespace {

class ForkedPredictor : public ::testing::Test {
 protected:
  void SetUp() override { set_num_threads(2); }
  void TearDown() override { set_num_threads(0); }

  std::vector<float> ask(size_t n) const {
    std::vector<float> p(n * 3);
    predictor_.predict_into(std::span(pictures_).first(n * 40), p);
    return p;
  }

  // The exit status of a child that asks for batches of every size; an alarm ends it where it hangs.
  int child_asks(const std::vector<std::vector<float>>& expected) const {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(30);
      int differences = 0;
      for (size_t n = 1; n <= expected.size(); ++n) differences += ask(n) != expected[n - 1];
      ::_exit(differences == 0 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
  }

  std::vector<std::vector<float>> answers() const {
    std::vector<std::vector<float>> all;
    for (size_t n = 1; n <= 20; ++n) all.push_back(ask(n));
    return all;
  }

  const Predictor predictor_{small_model()};
  const std::vector<uint8_t> pictures_ = small_pictures(20);
};

// Issue 12: the child hung for ever.
TEST_F(ForkedPredictor, AnswersInTheChildAsInTheParent) {
  if (!kForksBesideThreads) GTEST_SKIP() << "AddressSanitizer's locks do not survive a fork beside threads";
  const auto expected = answers();
  EXPECT_EQ(child_asks(expected), 0);
  EXPECT_EQ(answers(), expected);
}

TEST_F(ForkedPredictor, AnswersInTheChildWhereTheParentHasNotAsked) {
  if (!kForksBesideThreads) GTEST_SKIP() << "AddressSanitizer's locks do not survive a fork beside threads";
  const auto expected = answers();
  const Predictor untouched(small_model());
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(30);
    std::vector<float> p(60);
    untouched.predict_into(pictures_, p);
    ::_exit(p == expected.back() ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(ForkedPredictor, AnswersInChildrenMadeWhileOtherThreadsAsk) {
  if (!kForksWhileThreadsWork) GTEST_SKIP() << "sanitizers' locks do not survive a fork while other threads work";
  const auto expected = answers();
  std::atomic<bool> stop = false;
  std::atomic<int> differences = 0;
  std::vector<std::thread> others;
  for (size_t t = 0; t < 2; ++t) {
    others.emplace_back([&, t] {
      set_num_threads(2);
      for (size_t n = 1 + t; !stop; n = n % 20 + 1) differences += ask(n) != expected[n - 1];
    });
  }
  int failures = 0;
  for (int i = 0; i < 20; ++i) failures += child_asks(expected) != 0;
  stop = true;
  for (std::thread& other : others) other.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(differences, 0);
}

}  // namespace
}  // namespace fer
