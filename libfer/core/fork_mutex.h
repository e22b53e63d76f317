// A mutex that the child of a fork finds free.
#pragma once

#include <mutex>

namespace fer::core {

// A thread that forks waits until it holds every ForkMutex: what they guard is whole when it is copied, and the child
// is not left with locks of threads that it does not have. For locks that calls of the library keep between them (not
// for those of one call). While a thread holds one it must not make, end or lock another.
class ForkMutex {
 public:
  ForkMutex();
  ~ForkMutex();
  ForkMutex(const ForkMutex&) = delete;
  ForkMutex& operator=(const ForkMutex&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  friend struct ForkMutexes;
  std::mutex mutex_;
  ForkMutex *before_ = nullptr, *after_ = nullptr;
};

}  // namespace fer::core
