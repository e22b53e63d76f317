// Buffers for concurrent inference, kept and lent out.
#pragma once

#include <memory>

#include "core/fork_mutex.h"
#include "evaluate/viewed_model.h"

namespace fer::predict {

// Batches larger than this are run in pieces of it: more than this at once is not faster, only larger.
inline constexpr int64_t kLargestBatch = 64;

// What workspaces that nobody uses may take together; the last one used stays even if it is larger. (fer/predictor.h
// promises this.)
inline constexpr size_t kIdleBytes = size_t{256} << 20;

// The buffers of one call at a time. Capacities are powers of two, and a batch always gets the smallest that holds it:
// what is computed depends on the batch alone, not on which workspace happens to be free.
class Workspaces {
 public:
  struct Slot {
    Slot(const evaluation::ViewedModel& model, int64_t capacity);
    size_t bytes() const { return workspace.bytes(); }

    evaluation::ViewedModel::Workspace workspace;
    int size_class = 0;
    Slot *newer = nullptr, *older = nullptr;  // among the idle
  };

  explicit Workspaces(const evaluation::ViewedModel& model, size_t idle_bytes = kIdleBytes)
      : model_(model), most_idle_bytes_(idle_bytes) {}
  ~Workspaces();
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;

  // A slot for the caller alone, until the lease ends. Allocates only when none of that size is idle.
  class Lease {
   public:
    Lease(Workspaces& owner, int64_t batch) : owner_(owner), slot_(owner.take(batch)) {}
    ~Lease() { owner_.give_back(std::move(slot_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Slot* operator->() const { return slot_.get(); }

   private:
    Workspaces& owner_;
    std::unique_ptr<Slot> slot_;
  };

  size_t idle_bytes() const { return idle_bytes_; }

 private:
  std::unique_ptr<Slot> take(int64_t batch);
  void give_back(std::unique_ptr<Slot> slot) noexcept;
  std::unique_ptr<Slot> unlink(Slot* slot);

  const evaluation::ViewedModel& model_;
  const size_t most_idle_bytes_;
  core::ForkMutex mutex_;
  Slot *newest_ = nullptr, *oldest_ = nullptr;  // the idle, by last use
  size_t idle_bytes_ = 0;
};

}  // namespace fer::predict
