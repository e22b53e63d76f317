// Exceptions that leave parallel loops.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>

namespace fer {

// Brings an exception out of the parallel loop in which it was thrown. Where there are several it takes the one of the
// lowest index, whatever the number of threads.
class FirstFailure {
 public:
  template <class F>
  void keep(int64_t index, const F& f) {
    try {
      f();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (failure_ && index_ < index) return;
      failure_ = std::current_exception();
      index_ = index;
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
  int64_t index_ = 0;
};

}  // namespace fer
