// The threads behind parallel loops: how they live with what the process has.
#include "core/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>
#include <vector>

#include "core/parallel.h"
#include "tests/support/sanitizers.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace fer {
namespace {

// Two chunks that wait for each other end only if two threads run them; the second time the worker has gone to sleep.
TEST(ThreadPool, AWorkerHelpsWhetherItLooksOnOrSleeps) {
  set_num_threads(2);
  for (const int milliseconds : {0, 0, 20, 20, 0}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    std::atomic<int> arrived = 0;
    parallel_for(2, [&](int64_t) {
      ++arrived;
      while (arrived < 2) std::this_thread::yield();
    });
    EXPECT_EQ(arrived, 2);
  }
  set_num_threads(0);
}

// Runs in a child, whose exit status is that of f; an alarm ends it where it hangs.
template <class F>
int status_of_child(const F& f) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    ::_exit(f());
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

int64_t sum_in_parallel(int threads) {
  set_num_threads(threads);
  std::vector<int64_t> values(1000);
  parallel_for(1000, [&](int64_t i) { values[static_cast<size_t>(i)] = i; });
  int64_t sum = 0;
  for (const int64_t value : values) sum += value;
  return sum;
}

constexpr int64_t kSum = 999 * 1000 / 2;

// Issue 12: the threads of a parent do not survive a fork, and a child waited for them for ever.
TEST(ThreadPool, AChildOfForkHasThreadsOfItsOwn) {
  if (!kForksBesideThreads) GTEST_SKIP() << "AddressSanitizer's locks do not survive a fork beside threads";
  EXPECT_EQ(sum_in_parallel(2), kSum);
  EXPECT_EQ(status_of_child([] {
              std::atomic<int> arrived = 0;
              if (sum_in_parallel(2) != kSum) return 1;
              parallel_for(2, [&](int64_t) {
                ++arrived;
                while (arrived < 2) std::this_thread::yield();
              });
              // A child's child, too.
              return status_of_child([] { return sum_in_parallel(3) == kSum ? 0 : 1; }) == 0 ? 0 : 2;
            }),
            0);
  EXPECT_EQ(sum_in_parallel(2), kSum);
  set_num_threads(0);
}

TEST(ThreadPool, ForksWhileOtherThreadsWork) {
  if (!kForksWhileThreadsWork) GTEST_SKIP() << "sanitizers' locks do not survive a fork while other threads work";
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> others;
  for (int t = 0; t < 2; ++t) {
    others.emplace_back([&] {
      while (!stop) wrong += sum_in_parallel(3) != kSum;
    });
  }
  int failures = 0;
  for (int i = 0; i < 20; ++i) failures += status_of_child([] { return sum_in_parallel(2) == kSum ? 0 : 1; }) != 0;
  stop = true;
  for (std::thread& other : others) other.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(wrong, 0);
}

// Issue 12: where no thread could be made, libgomp ended the program.
TEST(ThreadPool, WorksWithTheThreadsThatCanBeMade) {
  EXPECT_EQ(status_of_child([] {
              const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
              if (::setrlimit(RLIMIT_NPROC, &none) != 0) return 3;
              if (::getuid() == 0 && ::setuid(65534) != 0) return 4;  // the superuser is bound by no limit
              try {
                std::thread([] {}).join();
                return 5;
              } catch (const std::system_error&) {
              }
              return sum_in_parallel(4) == kSum ? 0 : 1;
            }),
            0);
}

#if defined(__SSE2__)
// The caller's rounding holds on every thread: bits must not depend on who takes a chunk.
TEST(ThreadPool, RoundingIsTheCallersOnEveryThread) {
  set_num_threads(2);
  sum_in_parallel(2);  // a worker that was made before
  const unsigned before = _mm_getcsr();
  _MM_SET_ROUNDING_MODE(_MM_ROUND_UP);
  std::atomic<int> arrived = 0;
  std::array<unsigned, 2> modes = {};
  parallel_for(2, [&](int64_t i) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
    modes[static_cast<size_t>(i)] = _MM_GET_ROUNDING_MODE();
  });
  _mm_setcsr(before);
  EXPECT_EQ(modes[0], static_cast<unsigned>(_MM_ROUND_UP));
  EXPECT_EQ(modes[1], static_cast<unsigned>(_MM_ROUND_UP));
  set_num_threads(0);
}
#endif

}  // namespace
}  // namespace fer
