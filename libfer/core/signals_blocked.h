// Threads of our own take no signals.
#pragma once

#include <signal.h>

namespace fer::core {

// While it lives the calling thread takes none, nor do the threads that it makes, ever.
// (Signals are for the host's threads: a new thread inherits the mask of its maker.)
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    blocked_ = ::pthread_sigmask(SIG_SETMASK, &all, &before_) == 0;
  }
  ~SignalsBlocked() {
    if (blocked_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_ = {};
  bool blocked_ = false;
};

}  // namespace fer::core
