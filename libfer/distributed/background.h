// Work that is taken up again and again by a thread of its own while there is a reason to: MPI moves bytes only when it
// is called, and a rank that computes calls it seldom.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace fer::distributed {

class Background {
 public:
  // turn: called about every kPause while reasons are held. Must not throw.
  explicit Background(std::function<void()> turn);
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  void hold();  // one reason more
  void let_go();

 private:
  void work();

  std::function<void()> turn_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int reasons_ = 0;
  bool ends_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace fer::distributed
