// The threads that help in parallel loops: one set for the whole process, made when first needed.
//
// A thread that runs a loop (the caller) always works on it itself. Workers that happen to be idle join it, at most as
// many as it asks for; nobody waits for a worker that has not come. All take chunks from one counter, so a thread that
// the system stops holds up its own chunk alone. The caller then waits for the chunks that workers are still in.
//
// Whoever waits looks on for some microseconds, since the next loop usually follows at once, and then sleeps:
// processors are not ours alone. (OpenMP's runtimes look on for milliseconds, end the program where no thread can be
// made, and hang in the child of a fork: docs/design.md.)
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/first_failure.h"

namespace fer::core {

using ChunkFunction = void (*)(const void* context, int64_t chunk, int slot);

// One run of a loop, on its caller's stack.
struct Loop {
  const ChunkFunction function;
  const void* const context;
  const int64_t chunks;
  const int threads;  // at most; the caller's among them

  unsigned float_settings = 0;  // of the caller: they hold on every thread
  FirstFailure failure = {};

  alignas(64) std::atomic<int64_t> next_chunk = 0;
  alignas(64) std::atomic<int> workers = 0;  // that are in it

  // Under the pool's mutex.
  int next_slot = 1;  // the caller has slot 0
  bool is_open = false;
  bool caller_sleeps = false;
  std::condition_variable workers_left = {};
  Loop *before = nullptr, *after = nullptr;  // among the open loops
};

// The calling thread is within a parallel loop.
bool in_parallel_loop();

class ThreadPool {
 public:
  // The pool of this process; null where there is no memory for it. A child of fork has none of its parent's threads
  // and gets a pool of its own.
  static ThreadPool* of_process();

  // Calls the loop's function for every chunk; returns when all calls have. What is thrown is kept in loop.failure.
  void run(Loop& loop);

 private:
  struct Worker;

  ThreadPool();
  void offer(Loop& loop);
  void close(Loop& loop);
  void make_workers(int wanted);
  bool make_worker();
  void serve(Worker& self);
  Loop* join_open_loop(int& slot);
  void leave(Loop& loop);
  void unlink(Loop& loop);
  template <class Done>
  bool look_on(const Done& done) const;

  const int cpus_;
  const std::chrono::nanoseconds look_on_time_;
  std::atomic<int> callers_ = 0;  // threads that are in run()
  std::mutex mutex_;
  Loop *first_open_ = nullptr, *last_open_ = nullptr;
  std::vector<Worker*> idle_;  // the last to finish is the first to be called: it is most likely still looking on
  std::chrono::steady_clock::time_point no_thread_before_ = {};
  int worker_count_ = 0;
  ThreadPool* before_fork_ = nullptr;  // kept reachable, never used
};

}  // namespace fer::core
