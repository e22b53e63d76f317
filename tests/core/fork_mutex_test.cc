#include "core/fork_mutex.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace fer::core {
namespace {

// Forks again and again while other threads take and let go two mutexes; every child finds both free, and what they
// guard whole. (Without care a child hangs; its alarm ends it.)
TEST(ForkMutex, IsFreeInEveryChildAndGuardsWholeThings) {
  ForkMutex first, second;
  int64_t a = 0, b = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> others;
  for (int t = 0; t < 2; ++t) {
    others.emplace_back([&] {
      while (!stop) {
        {
          const std::lock_guard lock(first);
          ++a;
          ++b;
        }
        const std::lock_guard lock(second);
      }
    });
  }
  int failures = 0;
  for (int i = 0; i < 50; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      bool whole = false;
      {
        const std::lock_guard lock(first);
        whole = a == b;
      }
      const std::lock_guard lock(second);
      ::_exit(whole ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    failures += status != 0;
  }
  stop = true;
  for (std::thread& other : others) other.join();
  EXPECT_EQ(failures, 0);
}

TEST(ForkMutex, MayEndInAnyOrder) {
  auto a = std::make_unique<ForkMutex>(), b = std::make_unique<ForkMutex>(), c = std::make_unique<ForkMutex>();
  b.reset();
  a.reset();
  const pid_t child = ::fork();
  if (child == 0) {
    const std::lock_guard lock(*c);
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const std::lock_guard lock(*c);
}

}  // namespace
}  // namespace fer::core
