// Pictures of several requests, computed as one batch.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace fer::serve {

// A queue of pictures for one model. Whoever has a thread to spare calls run(): it computes some of what waits, in the
// calling thread. Every member may be called from many threads.
class Batcher {
 public:
  using Clock = std::chrono::steady_clock;
  // Pixels of n pictures, one after another -> probabilities of n pictures, overwritten.
  using Compute = std::function<void(std::span<const uint8_t> pixels, std::span<float> probabilities)>;
  // The probabilities of what was added, or why there are none. Must not throw.
  using Done = std::function<void(std::exception_ptr failure, std::span<const float> probabilities)>;

  // max_batch >= 1: pictures computed at once.
  Batcher(size_t picture_bytes, size_t classes, size_t max_batch, Compute compute);

  // Adds whole pictures. `done` is called once, from run(), or at once where there is no picture.
  void add(std::vector<uint8_t> pixels, Done done);

  size_t waiting() const;  // pictures
  bool full() const { return waiting() >= max_batch_; }
  std::optional<Clock::time_point> oldest() const;  // when the first of what waits came

  // Computes the first of what waits: its share among `threads` threads that come for it, at most max_batch pictures,
  // and at least one request's. Returns how many pictures that were.
  size_t run(size_t threads);

 private:
  struct Item {
    std::vector<uint8_t> pixels;
    Done done;
    Clock::time_point since;
  };
  std::vector<Item> take(size_t threads);
  void compute(std::span<const uint8_t> pixels, std::span<float> probabilities) const;

  const size_t picture_bytes_, classes_, max_batch_;
  const Compute compute_;
  mutable std::mutex mutex_;
  std::deque<Item> items_;
  size_t waiting_ = 0;
};

}  // namespace fer::serve
