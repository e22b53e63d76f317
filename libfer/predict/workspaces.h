// Buffers for concurrent inference, kept and lent out.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "evaluate/prepared_model.h"

namespace fer::predict {

// Batches larger than this are run in pieces of it: more than this at once is not faster, only larger.
inline constexpr int64_t kLargestBatch = 64;

// The buffers of one call at a time. Capacities are powers of two, and a batch always gets the smallest that holds it:
// what is computed depends on the batch alone, not on which workspace happens to be free.
class Workspaces {
 public:
  struct Slot {
    Slot(const evaluation::PreparedModel& model, int64_t capacity);

    evaluation::PreparedModel::Workspace workspace;
    int size_class = 0;
    Slot* next_free = nullptr;
  };

  explicit Workspaces(const evaluation::PreparedModel& model) : model_(model) {}

  // A slot for the caller alone, until the lease ends. Allocates only when none of that size is free.
  class Lease {
   public:
    Lease(Workspaces& owner, int64_t batch) : owner_(owner), slot_(owner.take(batch)) {}
    ~Lease() { owner_.give_back(slot_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Slot* operator->() const { return slot_; }

   private:
    Workspaces& owner_;
    Slot* slot_;
  };

 private:
  static constexpr int kSizeClasses = 7;  // 1, 2, 4 ... kLargestBatch

  Slot* take(int64_t batch);
  void give_back(Slot* slot);

  const evaluation::PreparedModel& model_;
  std::mutex mutex_;
  std::array<Slot*, kSizeClasses> free_ = {};
  std::vector<std::unique_ptr<Slot>> all_;
};

}  // namespace fer::predict
