// Work at whose every allocation memory ends once.
#pragma once

#include <gtest/gtest.h>

#include <new>
#include <string>

#include "fer/error.h"
#include "tests/support/failing_allocator.h"

namespace fer {

// How many allocations fail, from a given one on.
inline constexpr int64_t kOneFails = 1, kAllFailFromThere = INT64_MAX / 2;

// What an attempt that throws may leave: nothing, or what an object that it works on keeps for the next one.
enum class Left { kNothing, kInTheObject };

// Runs attempt() again and again, with allocation 0, stride, 2 stride ... failing, and the later ones too where
// `number` is kAllFailFromThere, until it succeeds with fewer than that. (A process that it forks counts for itself.)
// Expects each time that it succeeds (what failed was not needed) or throws std::bad_alloc or an Error that speaks of
// memory, and that it leaves no allocation behind when it throws. after(threw) runs after each, with memory. Returns
// how many have thrown.
template <class Attempt, class After>
int64_t for_each_failing_allocation(int64_t number, int64_t stride, const Attempt& attempt, const After& after,
                                    Left allowed = Left::kNothing) {
  int64_t thrown = 0;
  for (int64_t n = 0; !::testing::Test::HasFailure(); n += stride) {
    const int64_t before = living_allocations();
    bool threw = true;
    char message[300] = "memory";
    try {
      const CountedAllocations counted(n, number);
      attempt();
      threw = false;
    } catch (const std::bad_alloc&) {
    } catch (const Error& error) {
      message[std::string(error.what()).copy(message, sizeof message - 1)] = '\0';
    }
    const int64_t left = allowed == Left::kNothing ? living_allocations() - before : 0;
    const bool done = !threw && counted_allocations() <= n;
    EXPECT_TRUE(!threw || std::string(message).find("memory") != std::string::npos) << n << ": " << message;
    EXPECT_TRUE(!threw || left == 0) << left << " allocations left after a failure of number " << n << ": " << message;
    thrown += threw;
    after(threw);
    if (done) break;
    EXPECT_LT(n, 10'000'000) << "it never succeeds";
  }
  return thrown;
}

}  // namespace fer
