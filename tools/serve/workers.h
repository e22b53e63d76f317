// The threads that do the work of requests: one per core, each of which decodes pictures or computes a batch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/serve/batcher.h"

namespace fer::serve {

// A free thread takes the next job, so that the pictures of requests that came together come into one batch; where no
// job waits, where a batch is full, or where a picture has waited for kMaxDelay, it computes a batch. Each computes by
// itself: threads that share the work of small pictures wait for each other more than they gain (docs/serving.md).
class Workers {
 public:
  static constexpr std::chrono::milliseconds kMaxDelay{5};

  // threads >= 1. The batchers must outlive this.
  Workers(size_t threads, size_t max_waiting, std::vector<Batcher*> batchers);
  // Does what waits, and ends.
  ~Workers();
  Workers(const Workers&) = delete;

  // Has the job, which must not throw, done by some thread; false, and nothing, where max_waiting jobs wait.
  bool offer(std::function<void()> job);
  // Says that a batcher has got pictures.
  void wake();
  size_t waiting() const;  // jobs
  size_t threads() const { return threads_.size(); }

 private:
  Batcher* pressing() const;  // one that is full, or whose pictures have waited for long
  Batcher* filled() const;    // one that has pictures
  void loop();

  const size_t max_waiting_, thread_count_;
  const std::vector<Batcher*> batchers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  size_t busy_ = 0;  // threads with a job, which may yet add pictures
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fer::serve
