#include "core/parallel.h"

#include <algorithm>

#include "core/float_settings.h"
#include "core/thread_pool.h"

namespace fer::internal {

void run_chunks(int64_t chunks, int max_slots, ChunkFunction function, const void* context) {
  const int threads = static_cast<int>(std::min<int64_t>({chunks, max_slots, num_threads()}));
  core::ThreadPool* pool = threads > 1 && !core::in_parallel_loop() ? core::ThreadPool::of_process() : nullptr;
  if (pool != nullptr) {
    core::Loop loop{.function = function, .context = context, .chunks = chunks, .threads = threads};
    pool->run(loop);
    loop.failure.rethrow();
    return;
  }
  const core::DenormalsAsZero denormals_as_zero;
  for (int64_t i = 0; i < chunks; ++i) function(context, i, 0);
}

}  // namespace fer::internal
