#include "core/parallel.h"

#include <omp.h>

#include <algorithm>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "fer/error.h"

namespace fer {
namespace {

thread_local int requested_threads = 0;

// Numbers below 1.2e-38 count as zero while it lives: processors take a hundred times as long over them, and dying
// weights (a filter under L2) pass through that range for many epochs. The caller's setting comes back afterwards.
class FlushDenormals {
 public:
#if defined(__SSE2__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlushResults | kInputsAreZero); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  static constexpr unsigned kFlushResults = 0x8000, kInputsAreZero = 0x0040;
  unsigned before_;
#else
  FlushDenormals() {}
#endif
  FlushDenormals(const FlushDenormals&) = delete;
};

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
    const FlushDenormals flush;
    for (int64_t i = 0; i < chunks; ++i) function(context, i, 0);
    return;
  }
#pragma omp parallel num_threads(threads)
  {
    const FlushDenormals flush;
#pragma omp for schedule(dynamic, 1)
    for (int64_t i = 0; i < chunks; ++i) function(context, i, omp_get_thread_num());
  }
}

}  // namespace internal
}  // namespace fer
