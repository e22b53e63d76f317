#include "distributed/background.h"

#include <chrono>
#include <utility>

namespace fer::distributed {
namespace {

// At 1 Gbit/s 60 KiB arrive meanwhile, a small part of what a socket holds; two thousand turns of a few microseconds
// take a hundredth of a processor.
constexpr std::chrono::microseconds kPause{500};

}  // namespace

Background::Background(std::function<void()> turn) : turn_(std::move(turn)), thread_([this] { work(); }) {}

Background::~Background() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Background::hold() {
  {
    const std::scoped_lock lock(mutex_);
    ++reasons_;
  }
  changed_.notify_all();
}

void Background::let_go() {
  const std::scoped_lock lock(mutex_);
  --reasons_;
}

void Background::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ends_ || reasons_ > 0; });
    if (ends_) return;
    changed_.wait_for(lock, kPause, [&] { return ends_; });
    if (ends_) return;
    if (reasons_ == 0) continue;
    lock.unlock();
    turn_();
    lock.lock();
  }
}

}  // namespace fer::distributed
