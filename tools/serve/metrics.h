// What the server counts, as Prometheus reads it (text format 0.0.4). Nothing of a picture is in it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace fer::serve {

// Every member may be called from many threads.
class Metrics {
 public:
  // A request that was answered. `route` is one of the server's own, or "other".
  void request(const std::string& route, int status, double seconds);
  void pictures(size_t good, size_t bad, size_t faces);
  void batch(size_t pictures);
  // Now, not in all.
  std::atomic<int64_t> connections = 0, received_bytes = 0, waiting = 0;

  std::string text() const;

 private:
  static constexpr std::array<double, 13> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                     0.25,  0.5,    1,     2.5,  5,     10};
  struct Route {
    std::map<int, uint64_t> statuses;
    std::array<uint64_t, kBounds.size()> within = {};  // at most that bound, and above the one before
    uint64_t count = 0;
    double seconds = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Route> routes_;
  uint64_t good_ = 0, bad_ = 0, faces_ = 0, batches_ = 0, batched_ = 0;
};

}  // namespace fer::serve
