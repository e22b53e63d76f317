// Runs a kernel on every instruction set of this CPU, with 1 and with more threads, in memory that tells.
#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "fer/tensor.h"
#include "fer/threads.h"
#include "kernels/simd/target.h"
#include "tests/kernels/compare.h"

namespace fer::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// What a kernel overwrites: it begins as NaN.
inline std::vector<float> unwritten(int64_t count) { return std::vector<float>(static_cast<size_t>(count), kNan); }

// Scratch memory as kernels want it: aligned, without useful contents, and nothing after it may be touched.
class ScratchMemory {
 public:
  explicit ScratchMemory(int64_t floats) : floats_(static_cast<size_t>(floats)), memory_(Shape{floats + kGuard}) {
    for (size_t i = 0; i < floats_; ++i) memory_.values()[i] = kNan;
    for (int64_t i = 0; i < kGuard; ++i) memory_.values()[floats_ + static_cast<size_t>(i)] = kMark;
  }
  ~ScratchMemory() {
    for (int64_t i = 0; i < kGuard; ++i)
      EXPECT_EQ(memory_.values()[floats_ + static_cast<size_t>(i)], kMark)
          << "written past the end of the scratch area";
  }
  std::span<float> span() { return memory_.values().first(floats_); }

 private:
  static constexpr int64_t kGuard = 64;
  static constexpr float kMark = 12345.0f;
  size_t floats_;
  Tensor memory_;
};

// Restores the instruction set and the number of threads.
class Settings {
 public:
  Settings() : target_(active_target()), threads_(num_threads()) {}
  ~Settings() {
    kernels::set_target(target_);
    set_num_threads(threads_);
  }

 private:
  std::string target_;
  int threads_;
};

using Results = std::vector<std::vector<float>>;

// The scalar instruction set is left out above this many multiply-adds.
inline constexpr int64_t kScalarWork = 300000;

// random_cases.h asks for more.
inline int& most_threads() {
  static int threads = 2;
  return threads;
}

// run() returns what the kernel wrote; check(results) compares it with the truth. run asks for its scratch afresh:
// sizes depend on the instruction set and the number of threads.
template <class Run, class Check>
void on_every_target(const std::string& what, int64_t work, const Run& run, const Check& check) {
  const Settings restore;
  for (const std::string& target : kernels::available_targets()) {
    if (target == "scalar" && work > kScalarWork) continue;
    kernels::set_target(target);
    SCOPED_TRACE(what + " on " + target);
    set_num_threads(1);
    const Results one = run();
    for (int threads = 2; threads <= most_threads(); ++threads) {
      set_num_threads(threads);
      const Results more = run();
      ASSERT_EQ(one.size(), more.size());
      for (size_t i = 0; i < one.size(); ++i)
        expect_same_bits(one[i], more[i], fmt::format("{}, 1 and {} threads", what, threads));
    }
    check(one);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace fer::testing
