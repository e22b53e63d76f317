// Random cases for as long as there is time. FER_TEST_SECONDS: seconds for each test, besides which a few cases run in
// any case. FER_TEST_SEED: the seed of the first case, else another one in every run; each case has the seed after that
// of the one before, so a failure's seed repeats it at once.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <random>

#include "tests/kernels/on_targets.h"

namespace fer::testing {

// While it lives, results are compared for up to three threads.
class RandomRun {
 public:
  RandomRun() : seed_(test_seed()), threads_(most_threads()) { most_threads() = 3; }
  ~RandomRun() {
    test_seed() = seed_;
    most_threads() = threads_;
  }
  RandomRun(const RandomRun&) = delete;

 private:
  uint64_t seed_;
  int threads_;
};

// Calls check(draw) with one seed after another.
template <class Check>
void for_random_cases(const Check& check) {
  constexpr uint64_t kAlways = 20;
  const RandomRun restore;
  const uint64_t first = number_from_environment("FER_TEST_SEED", std::random_device()());
  const std::chrono::seconds budget(number_from_environment("FER_TEST_SECONDS", 5));
  const auto begin = std::chrono::steady_clock::now();
  uint64_t count = 0;
  while (count < kAlways || std::chrono::steady_clock::now() - begin < budget) {
    test_seed() = first + count++;
    SCOPED_TRACE("to repeat this case: " + seed_note());
    Draw draw(900);
    check(draw);
    if (::testing::Test::HasFailure()) return;
  }
  std::cout << count << " random cases, the first with FER_TEST_SEED=" << first << "\n";
}

}  // namespace fer::testing
