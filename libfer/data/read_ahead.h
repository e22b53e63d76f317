// Pictures that are decoded before a batch asks for them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

#include "data/crop.h"
#include "fer/dataset.h"

namespace fer::data {

// A thread of its own decodes and fits the pictures that will be asked for next, with the help of those of parallel
// loops that have nothing else to do, while a training step or a model computes. It holds a bounded number of bytes.
// What is taken is what copy_fitted gives, whether it was ready or not. Where the pictures are in memory, and on one
// thread, nothing is read ahead.
class ReadAhead {
 public:
  // Keeps a reference to data. Fits pictures to `shape`.
  ReadAhead(const Dataset& data, const PictureShape& shape);
  // Waits until what is being decoded is done.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;

  const PictureShape& shape() const { return shape_; }
  // How many pictures it holds at most; 0: none are read ahead.
  int64_t capacity() const { return capacity_; }
  // The rows that will be asked for next, in order; what was expected before and is not among them is forgotten.
  void expect(std::span<const int64_t> rows);
  // Overwrites out with the picture. Safe to call from many threads. Throws Error as copy_fitted does.
  void take(int64_t row, std::span<uint8_t> out);

 private:
  enum class State : uint8_t { kWaiting, kWorked, kReady, kFailed };
  struct Slot {
    State state = State::kWaiting;
    std::vector<uint8_t> pixels;
  };

  void serve(int threads);
  std::vector<int64_t> next_rows();
  void decode(int64_t row);

  const Dataset& data_;
  PictureShape shape_;
  int64_t capacity_ = 0;
  std::mutex mutex_;
  std::condition_variable work_, done_;
  std::unordered_map<int64_t, Slot> slots_;  // by row
  std::deque<int64_t> waiting_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace fer::data
