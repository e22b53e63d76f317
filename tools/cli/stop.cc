#include "tools/cli/stop.h"

#include <iterator>

namespace fer::cli {
namespace {

volatile std::sig_atomic_t asked = 0;

}  // namespace

bool stop_asked() { return asked != 0; }

StopOnSignals::StopOnSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { asked = 1; };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before_[i]);
    // nohup: the work is to go on when its terminal has gone.
    if (kSignals[i] == SIGHUP && before_[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

StopOnSignals::~StopOnSignals() {
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_[i], nullptr);
}

}  // namespace fer::cli
