// Programs that are asked to stop (Ctrl-C, `docker stop`, a terminal that goes away) end cleanly.
#pragma once

#include <csignal>
#include <string>

#include "fer/error.h"

namespace fer::cli {

// Whether SIGINT, SIGTERM or SIGHUP came while there was a StopOnSignals.
bool stop_asked();

// While it lives, the first signal asks the work to stop; the second, with the old handler back, ends the program at
// once. Whatever the signal interrupts goes on (SA_RESTART): a file that is just written is no less whole for it.
class StopOnSignals {
 public:
  StopOnSignals();
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction before_[3] = {};
};

// work(), whose Error becomes one that says `what_to_do` where a stop was asked for.
template <class Work>
auto unless_stopped(const Work& work, const std::string& what_to_do) {
  try {
    return work();
  } catch (const Error&) {
    if (stop_asked()) throw Error(what_to_do);
    throw;
  }
}

}  // namespace fer::cli
