// The number of threads: fer/threads.h.
#include "fer/threads.h"

#include <algorithm>

#include "core/thread_limits.h"
#include "fer/error.h"

namespace fer {
namespace {

struct Threads {
  int requested = 0;   // by set_num_threads
  int by_default = 0;  // 0: not known yet
  int limit = 0;       // OMP_THREAD_LIMIT
};
thread_local Threads threads;

}  // namespace

void set_num_threads(int n) {
  if (n < 0) throw Error("number of threads: expected 0 (every core) or more, found " + std::to_string(n));
  threads = {.requested = n};
}

int num_threads() {
  if (threads.by_default == 0) {
    const core::ThreadLimits limits = core::current_limits();
    threads.by_default = core::default_threads(limits);
    threads.limit = limits.omp_thread_limit;
  }
  if (threads.requested == 0) return threads.by_default;
  return threads.limit > 0 ? std::min(threads.requested, threads.limit) : threads.requested;
}

}  // namespace fer
