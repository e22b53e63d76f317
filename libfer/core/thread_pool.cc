#include "core/thread_pool.h"

#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>

#include "core/float_settings.h"
#include "core/signals_blocked.h"
#include "core/thread_limits.h"

namespace fer::core {
namespace {

using Clock = std::chrono::steady_clock;

// As long as the gaps between a training step's loops and between those of a prediction.
constexpr std::chrono::microseconds kLookOnTime{50};
// Between attempts to make threads where the system refused one.
constexpr std::chrono::seconds kRetryTime{1};

std::atomic<ThreadPool*> pool_of_process = nullptr;
std::atomic<ThreadPool*> pool_of_parent = nullptr;

// In the child of a fork there is one thread, and the pool may have been in any state when it was copied.
void forget_pool_in_child() {
  if (ThreadPool* pool = pool_of_process.exchange(nullptr)) pool_of_parent = pool;
}

[[maybe_unused]] const int pool_registered = ::pthread_atfork(nullptr, nullptr, forget_pool_in_child);

thread_local bool is_in_loop = false;

struct InLoop {
  InLoop() { is_in_loop = true; }
  ~InLoop() { is_in_loop = false; }
  InLoop(const InLoop&) = delete;
  InLoop& operator=(const InLoop&) = delete;
};

int cpus_of_process() {
  const ThreadLimits limits = current_limits();
  return default_threads({.cpus = limits.cpus, .cpu_quota = limits.cpu_quota});
}

void relax() {
#if defined(__SSE2__)
  _mm_pause();
#endif
}

// Workers sleep in code of this library as long as the process lives, so it must not be unloaded (dlclose).
void stay_loaded() {
  Dl_info info;
  if (::dladdr(reinterpret_cast<const void*>(&stay_loaded), &info) == 0 || info.dli_fname == nullptr) return;
  ::dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

bool take_chunk(Loop& loop, int slot) {
  const int64_t chunk = loop.next_chunk.fetch_add(1, std::memory_order_relaxed);
  if (chunk >= loop.chunks) return false;
  loop.failure.keep(chunk, [&] { loop.function(loop.context, chunk, slot); });
  return true;
}

bool has_chunks(const Loop& loop) { return loop.next_chunk.load(std::memory_order_relaxed) < loop.chunks; }

}  // namespace

struct alignas(64) ThreadPool::Worker {
  std::atomic<int> called = 0;
  Worker* next_called = nullptr;
};

bool in_parallel_loop() { return is_in_loop; }

ThreadPool* ThreadPool::of_process() {
  ThreadPool* pool = pool_of_process.load(std::memory_order_acquire);
  if (pool != nullptr) return pool;
  std::unique_ptr<ThreadPool> made(new (std::nothrow) ThreadPool);
  if (made == nullptr) return nullptr;
  made->before_fork_ = pool_of_parent;
  if (pool_of_process.compare_exchange_strong(pool, made.get(), std::memory_order_acq_rel)) return made.release();
  return pool;  // another thread was quicker
}

// With one processor, looking on only keeps away whoever is waited for.
ThreadPool::ThreadPool()
    : cpus_(cpus_of_process()), look_on_time_(cpus_ == 1 ? std::chrono::nanoseconds(0) : kLookOnTime) {}

void ThreadPool::run(Loop& loop) {
  const DenormalsAsZero denormals_as_zero;
  const InLoop in_loop;
  loop.float_settings = float_settings();
  // Where every processor has a caller of its own, workers would only take turns with them.
  const bool alone = callers_.fetch_add(1, std::memory_order_relaxed) >= cpus_;
  if (!alone) offer(loop);
  while (take_chunk(loop, 0)) {
  }
  if (!alone) close(loop);
  callers_.fetch_sub(1, std::memory_order_relaxed);
}

void ThreadPool::offer(Loop& loop) {
  Worker* called = nullptr;
  {
    const std::lock_guard lock(mutex_);
    make_workers(loop.threads - 1);
    loop.is_open = true;
    loop.before = last_open_;
    (last_open_ != nullptr ? last_open_->after : first_open_) = &loop;
    last_open_ = &loop;
    for (int i = 1; i < loop.threads && !idle_.empty(); ++i) {
      idle_.back()->next_called = called;
      called = idle_.back();
      idle_.pop_back();
    }
  }
  while (called != nullptr) {
    Worker& worker = *called;
    called = worker.next_called;
    worker.called.store(1, std::memory_order_release);
    worker.called.notify_one();
  }
}

void ThreadPool::make_workers(int wanted) {
  if (worker_count_ >= wanted || Clock::now() < no_thread_before_) return;
  while (worker_count_ < wanted) {
    if (!make_worker()) {
      no_thread_before_ = Clock::now() + kRetryTime;
      return;
    }
  }
}

// False where the system makes no thread (limits of processes, memory): loops then run on those there are.
bool ThreadPool::make_worker() {
  try {
    const auto count = static_cast<size_t>(worker_count_) + 1;
    if (idle_.capacity() < count) idle_.reserve(2 * count);  // going idle must not need memory
    if (count == 1) stay_loaded();
    auto worker = std::make_unique<Worker>();
    const SignalsBlocked blocked;
    std::thread([this, self = worker.get()] { serve(*self); }).detach();
    (void)worker.release();  // the thread's, for ever
    ++worker_count_;
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void ThreadPool::serve(Worker& self) {
  is_in_loop = true;
  std::unique_lock lock(mutex_);
  for (;;) {
    int slot = 0;
    if (Loop* loop = join_open_loop(slot); loop != nullptr) {
      lock.unlock();
      set_float_settings(loop->float_settings);
      while (take_chunk(*loop, slot)) {
      }
      lock.lock();
      leave(*loop);
      continue;
    }
    self.called.store(0, std::memory_order_relaxed);
    idle_.push_back(&self);
    lock.unlock();
    const auto is_called = [&] { return self.called.load(std::memory_order_acquire) != 0; };
    if (!look_on(is_called)) self.called.wait(0, std::memory_order_acquire);
    lock.lock();
  }
}

Loop* ThreadPool::join_open_loop(int& slot) {
  for (Loop* loop = first_open_; loop != nullptr; loop = loop->after) {
    if (!has_chunks(*loop)) continue;
    slot = loop->next_slot++;
    loop->workers.fetch_add(1, std::memory_order_relaxed);
    if (loop->next_slot == loop->threads) unlink(*loop);
    return loop;
  }
  return nullptr;
}

// The loop may be gone as soon as its caller sees that nobody is in it.
void ThreadPool::leave(Loop& loop) {
  const bool caller_sleeps = loop.caller_sleeps;
  if (loop.workers.fetch_sub(1, std::memory_order_release) == 1 && caller_sleeps) loop.workers_left.notify_one();
}

void ThreadPool::unlink(Loop& loop) {
  (loop.before != nullptr ? loop.before->after : first_open_) = loop.after;
  (loop.after != nullptr ? loop.after->before : last_open_) = loop.before;
  loop.is_open = false;
}

void ThreadPool::close(Loop& loop) {
  const auto is_left = [&] { return loop.workers.load(std::memory_order_acquire) == 0; };
  {
    const std::lock_guard lock(mutex_);
    if (loop.is_open) unlink(loop);
  }
  if (look_on(is_left)) return;
  std::unique_lock lock(mutex_);
  loop.caller_sleeps = true;
  loop.workers_left.wait(lock, is_left);
}

template <class Done>
bool ThreadPool::look_on(const Done& done) const {
  if (done()) return true;
  if (look_on_time_.count() == 0) return false;
  const Clock::time_point end = Clock::now() + look_on_time_;
  do {
    for (int i = 0; i < 16; ++i) {
      relax();
      if (done()) return true;
    }
  } while (Clock::now() < end);
  return false;
}

}  // namespace fer::core
