#include "tools/faces/on_threads.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "fer/threads.h"

namespace fer::cli {

void for_each_on_threads(int64_t n, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::exception_ptr failure;
  int64_t failed_at = n;
  const auto loop = [&] {
    // (Each index is taken by one thread, the lower ones first: whatever is below a failure has been taken.)
    while (!failed) {
      const int64_t i = next++;
      if (i >= n) return;
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (i < failed_at) {
          failed_at = i;
          failure = std::current_exception();
        }
        failed = true;
      }
    }
  };
  std::vector<std::jthread> helpers;
  for (int64_t t = 1; t < std::min<int64_t>(num_threads(), n); ++t) {
    try {
      helpers.emplace_back(loop);
    } catch (const std::system_error&) {
      break;  // those there are do the work
    }
  }
  loop();
  helpers.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace fer::cli
