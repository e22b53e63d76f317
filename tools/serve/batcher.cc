#include "tools/serve/batcher.h"

#include <algorithm>
#include <iterator>

namespace fer::serve {

Batcher::Batcher(size_t picture_bytes, size_t classes, size_t max_batch, Compute compute)
    : picture_bytes_(picture_bytes), classes_(classes), max_batch_(max_batch), compute_(std::move(compute)) {}

void Batcher::add(std::vector<uint8_t> pixels, Done done) {
  if (pixels.empty()) return done(nullptr, {});
  const std::lock_guard lock(mutex_);
  waiting_ += pixels.size() / picture_bytes_;
  items_.push_back({std::move(pixels), std::move(done), Clock::now()});
}

size_t Batcher::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

std::optional<Batcher::Clock::time_point> Batcher::oldest() const {
  const std::lock_guard lock(mutex_);
  if (items_.empty()) return std::nullopt;
  return items_.front().since;
}

std::vector<Batcher::Item> Batcher::take(size_t threads) {
  const std::lock_guard lock(mutex_);
  const size_t share = std::clamp<size_t>((waiting_ + threads - 1) / threads, 1, max_batch_);
  std::vector<Item> taken;
  size_t pictures = 0;
  while (!items_.empty()) {
    const size_t of_next = items_.front().pixels.size() / picture_bytes_;
    if (!taken.empty() && pictures + of_next > share) break;
    pictures += of_next;
    taken.push_back(std::move(items_.front()));
    items_.pop_front();
  }
  waiting_ -= pictures;
  return taken;
}

// A request may have more pictures than a batch.
void Batcher::compute(std::span<const uint8_t> pixels, std::span<float> probabilities) const {
  const size_t count = pixels.size() / picture_bytes_;
  for (size_t begin = 0; begin < count; begin += max_batch_) {
    const size_t n = std::min(max_batch_, count - begin);
    compute_(pixels.subspan(begin * picture_bytes_, n * picture_bytes_),
             probabilities.subspan(begin * classes_, n * classes_));
  }
}

size_t Batcher::run(size_t threads) {
  std::vector<Item> items = take(threads);
  if (items.empty()) return 0;
  std::exception_ptr failure;
  std::vector<float> probabilities;
  try {
    std::vector<uint8_t> joined;
    std::span<const uint8_t> pixels = items[0].pixels;
    if (items.size() > 1) {
      for (const Item& item : items) joined.insert(joined.end(), item.pixels.begin(), item.pixels.end());
      pixels = joined;
    }
    probabilities.resize(pixels.size() / picture_bytes_ * classes_);
    compute(pixels, probabilities);
  } catch (...) {
    failure = std::current_exception();
  }
  size_t begin = 0, pictures = 0;
  for (const Item& item : items) {
    const size_t n = item.pixels.size() / picture_bytes_;
    pictures += n;
    if (failure != nullptr) {
      item.done(failure, {});
      continue;
    }
    item.done(nullptr, std::span<const float>(probabilities).subspan(begin, n * classes_));
    begin += n * classes_;
  }
  return pictures;
}

}  // namespace fer::serve
