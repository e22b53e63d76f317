#include "core/fork_mutex.h"

#include <pthread.h>

namespace fer::core {

// All mutexes that exist, in one list.
struct ForkMutexes {
  static void add(ForkMutex& mutex) {
    const std::lock_guard lock(list_mutex);
    mutex.after_ = first;
    if (first != nullptr) first->before_ = &mutex;
    first = &mutex;
  }

  static void remove(ForkMutex& mutex) {
    const std::lock_guard lock(list_mutex);
    (mutex.before_ != nullptr ? mutex.before_->after_ : first) = mutex.after_;
    if (mutex.after_ != nullptr) mutex.after_->before_ = mutex.before_;
  }

  static void before_fork() {
    list_mutex.lock();
    for (ForkMutex* mutex = first; mutex != nullptr; mutex = mutex->after_) mutex->lock();
  }

  // Called in the parent and in the child.
  static void after_fork() {
    for (ForkMutex* mutex = first; mutex != nullptr; mutex = mutex->after_) mutex->unlock();
    list_mutex.unlock();
  }

  static inline std::mutex list_mutex;
  static inline ForkMutex* first = nullptr;
};

namespace {
[[maybe_unused]] const int registered =
    ::pthread_atfork(ForkMutexes::before_fork, ForkMutexes::after_fork, ForkMutexes::after_fork);
}

ForkMutex::ForkMutex() { ForkMutexes::add(*this); }
ForkMutex::~ForkMutex() { ForkMutexes::remove(*this); }

}  // namespace fer::core
