#include "predict/workspaces.h"

#include <bit>
#include <mutex>

#include "core/assert.h"

namespace fer::predict {
namespace {

int size_class_of(int64_t batch) { return std::bit_width(static_cast<uint64_t>(batch) - 1); }

}  // namespace

Workspaces::Slot::Slot(const evaluation::ViewedModel& model, int64_t capacity)
    : workspace(model.make_workspace(capacity)), size_class(size_class_of(capacity)) {}

Workspaces::~Workspaces() {
  while (newest_ != nullptr) unlink(newest_);
}

std::unique_ptr<Workspaces::Slot> Workspaces::take(int64_t batch) {
  FER_ASSERT(batch >= 1 && batch <= kLargestBatch);
  const int size_class = size_class_of(batch);
  {
    const std::lock_guard lock(mutex_);
    for (Slot* slot = newest_; slot != nullptr; slot = slot->older) {
      if (slot->size_class == size_class) return unlink(slot);
    }
  }
  // Made outside the lock: others need not wait for it.
  return std::make_unique<Slot>(model_, int64_t{1} << size_class);
}

void Workspaces::give_back(std::unique_ptr<Slot> slot) noexcept {
  Slot* surplus = nullptr;  // freed outside the lock
  {
    const std::lock_guard lock(mutex_);
    idle_bytes_ += slot->bytes();
    slot->older = newest_;
    (newest_ != nullptr ? newest_->newer : oldest_) = slot.get();
    newest_ = slot.release();
    while (idle_bytes_ > most_idle_bytes_ && oldest_ != newest_) {
      Slot* longest_idle = unlink(oldest_).release();
      longest_idle->older = surplus;
      surplus = longest_idle;
    }
  }
  while (surplus != nullptr) {
    const std::unique_ptr<Slot> freed(surplus);
    surplus = freed->older;
  }
}

std::unique_ptr<Workspaces::Slot> Workspaces::unlink(Slot* slot) {
  (slot->newer != nullptr ? slot->newer->older : newest_) = slot->older;
  (slot->older != nullptr ? slot->older->newer : oldest_) = slot->newer;
  slot->newer = slot->older = nullptr;
  idle_bytes_ -= slot->bytes();
  return std::unique_ptr<Slot>(slot);
}

}  // namespace fer::predict
