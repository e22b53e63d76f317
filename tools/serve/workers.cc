#include "tools/serve/workers.h"

#include <utility>

#include "fer/threads.h"

namespace fer::serve {

Workers::Workers(size_t threads, size_t max_waiting, std::vector<Batcher*> batchers)
    : max_waiting_(max_waiting), thread_count_(threads), batchers_(std::move(batchers)) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::offer(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= max_waiting_) return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void Workers::wake() {
  { const std::lock_guard lock(mutex_); }  // not between a thread's look at the batchers and its sleep
  changed_.notify_one();
}

size_t Workers::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

Batcher* Workers::pressing() const {
  const auto now = Batcher::Clock::now();
  for (Batcher* batcher : batchers_) {
    const auto oldest = batcher->oldest();
    if (oldest && (batcher->full() || now - *oldest >= kMaxDelay)) return batcher;
  }
  return nullptr;
}

Batcher* Workers::filled() const {
  for (Batcher* batcher : batchers_) {
    if (batcher->waiting() > 0) return batcher;
  }
  return nullptr;
}

void Workers::loop() {
  set_num_threads(1);
  std::unique_lock lock(mutex_);
  for (;;) {
    Batcher* batcher = jobs_.empty() ? filled() : pressing();
    if (batcher != nullptr) {
      lock.unlock();
      batcher->run(thread_count_);
      lock.lock();
    } else if (!jobs_.empty()) {
      std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      ++busy_;
      lock.unlock();
      job();
      job = nullptr;  // what it holds goes without the lock
      lock.lock();
      --busy_;
    } else if (ending_ && busy_ == 0) {
      changed_.notify_all();
      return;
    } else {
      changed_.wait(lock);
    }
  }
}

}  // namespace fer::serve
