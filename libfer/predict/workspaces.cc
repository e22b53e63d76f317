#include "predict/workspaces.h"

#include <bit>

#include "core/assert.h"

namespace fer::predict {
namespace {

int size_class_of(int64_t batch) { return std::bit_width(static_cast<uint64_t>(batch) - 1); }

}  // namespace

Workspaces::Slot::Slot(const evaluation::PreparedModel& model, int64_t capacity)
    : workspace(model.make_workspace(capacity)), size_class(size_class_of(capacity)) {}

Workspaces::Slot* Workspaces::take(int64_t batch) {
  FER_ASSERT(batch >= 1 && batch <= kLargestBatch);
  const int size_class = size_class_of(batch);
  {
    const std::lock_guard lock(mutex_);
    if (Slot* slot = free_[size_class]; slot != nullptr) {
      free_[size_class] = slot->next_free;
      return slot;
    }
  }
  // Made outside the lock: others need not wait for it.
  auto made = std::make_unique<Slot>(model_, int64_t{1} << size_class);
  const std::lock_guard lock(mutex_);
  all_.push_back(std::move(made));
  return all_.back().get();
}

void Workspaces::give_back(Slot* slot) {
  const std::lock_guard lock(mutex_);
  slot->next_free = free_[slot->size_class];
  free_[slot->size_class] = slot;
}

}  // namespace fer::predict
