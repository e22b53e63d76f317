#include "data/read_ahead.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "core/parallel.h"
#include "core/signals_blocked.h"
#include "fer/threads.h"

namespace fer::data {
namespace {

constexpr int64_t kMostAheadBytes = int64_t{64} << 20;
constexpr int64_t kMostAheadPictures = 1024;
constexpr size_t kAheadPerThread = 4;  // pictures of one loop: few, so that a step's loops get their threads back soon

}  // namespace

ReadAhead::ReadAhead(const Dataset& data, const PictureShape& shape) : data_(data), shape_(shape) {
  const int threads = num_threads();
  if (!data.source || threads < 2) return;
  const int64_t bytes = std::max<int64_t>(1, shape.height * shape.width * shape.channels);
  capacity_ = std::min(kMostAheadPictures, kMostAheadBytes / bytes);
  if (capacity_ == 0) return;
  try {
    const core::SignalsBlocked signals_blocked;
    thread_ = std::thread([this, threads] { serve(threads); });
  } catch (const std::system_error&) {
    capacity_ = 0;  // the system makes no more threads: batches decode what they need
  }
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ReadAhead::expect(std::span<const int64_t> rows) {
  if (capacity_ == 0) return;
  rows = rows.first(std::min(rows.size(), static_cast<size_t>(capacity_)));
  const std::unordered_set<int64_t> wanted(rows.begin(), rows.end());
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(
        slots_, [&](const auto& slot) { return slot.second.state != State::kWorked && !wanted.contains(slot.first); });
    waiting_.clear();
    for (const int64_t row : rows) {
      const auto [slot, is_new] = slots_.try_emplace(row);
      if (slot->second.state == State::kWaiting) waiting_.push_back(row);
    }
  }
  work_.notify_one();
}

void ReadAhead::take(int64_t row, std::span<uint8_t> out) {
  if (capacity_ > 0) {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] {
      const auto slot = slots_.find(row);
      return slot == slots_.end() || slot->second.state != State::kWorked;
    });
    const auto slot = slots_.find(row);
    if (slot != slots_.end()) {
      const Slot found = std::move(slot->second);
      slots_.erase(slot);
      lock.unlock();
      if (found.state == State::kReady) {
        std::memcpy(out.data(), found.pixels.data(), out.size());
        return;
      }
    }
  }
  copy_fitted(data_, row, shape_.height, shape_.width, shape_.channels, out);
}

void ReadAhead::serve(int threads) {
  set_num_threads(threads);
  try {
    for (std::vector<int64_t> rows = next_rows(); !rows.empty(); rows = next_rows()) {
      parallel_for(static_cast<int64_t>(rows.size()), [&](int64_t i) { decode(rows[static_cast<size_t>(i)]); });
    }
  } catch (const std::bad_alloc&) {  // memory is short: no more is read ahead
  }
}

// Waits for some; none when it is to stop.
std::vector<int64_t> ReadAhead::next_rows() {
  const size_t most = kAheadPerThread * static_cast<size_t>(num_threads());
  std::vector<int64_t> rows;
  rows.reserve(most);  // what may throw comes before a row is marked, as it would be waited for
  std::unique_lock lock(mutex_);
  while (rows.empty()) {
    work_.wait(lock, [&] { return stops_ || !waiting_.empty(); });
    if (stops_) return {};
    for (; !waiting_.empty() && rows.size() < most; waiting_.pop_front()) {
      const auto slot = slots_.find(waiting_.front());  // it may have been taken meanwhile
      if (slot == slots_.end() || slot->second.state != State::kWaiting) continue;
      slot->second.state = State::kWorked;
      rows.push_back(waiting_.front());
    }
  }
  return rows;
}

// Never throws: what is the matter with a picture is said where it is asked for.
void ReadAhead::decode(int64_t row) {
  State state = State::kReady;
  std::vector<uint8_t> pixels;
  try {
    pixels.resize(static_cast<size_t>(shape_.height * shape_.width * shape_.channels));
    copy_fitted(data_, row, shape_.height, shape_.width, shape_.channels, pixels);
  } catch (...) {
    state = State::kFailed;
  }
  {
    const std::lock_guard lock(mutex_);
    Slot& slot = slots_.at(row);
    slot.state = state;
    slot.pixels = std::move(pixels);
  }
  done_.notify_all();
}

}  // namespace fer::data
