#include "core/parallel.h"

#include <omp.h>

#include <algorithm>

#include "fer/error.h"

namespace fer {
namespace {

thread_local int requested_threads = 0;

}  // namespace

void set_num_threads(int n) {
  if (n < 0) throw Error("number of threads: expected 0 (every core) or more, found " + std::to_string(n));
  requested_threads = n;
}

int num_threads() { return requested_threads > 0 ? requested_threads : omp_get_num_procs(); }

namespace internal {

void run_chunks(int64_t chunks, int max_slots, ChunkFunction function, const void* context) {
  const int threads = static_cast<int>(std::min<int64_t>({chunks, max_slots, num_threads()}));
  if (threads <= 1 || omp_in_parallel()) {
    for (int64_t i = 0; i < chunks; ++i) function(context, i, 0);
    return;
  }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int64_t i = 0; i < chunks; ++i) function(context, i, omp_get_thread_num());
}

}  // namespace internal
}  // namespace fer
