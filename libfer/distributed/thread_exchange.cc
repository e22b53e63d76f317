// Ranks that are threads of one process: what one sends waits in a queue for the other.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>

#include "distributed/failures.h"
#include "fer/error.h"
#include "fer/exchange.h"

namespace fer {
namespace {

using Clock = std::chrono::steady_clock;

// What one rank sends to another: the messages not yet taken, by their numbers. As in MPI the n-th transfer that awaits
// one gets the n-th, whichever is waited for first.
struct Lane {
  std::map<int64_t, std::vector<std::byte>> waiting;
  int64_t sent = 0, awaited = 0;
};

// What the ranks share.
struct Room {
  explicit Room(int ranks)
      : lanes(static_cast<size_t>(ranks) * ranks * Exchange::kChannels), said(static_cast<size_t>(ranks)) {}

  Lane& lane(int channel, int from, int to) { return lanes[(channel * said.size() + from) * said.size() + to]; }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Lane> lanes;
  std::vector<distributed::Failure> said;  // by every rank
};

class ThreadTransfer final : public Exchange::Transfer {
 public:
  // With the room's lock held.
  ThreadTransfer(Room& room, int rank, int channel, double timeout, std::span<const std::span<std::byte>> receive)
      : room_(room), rank_(rank), timeout_(timeout) {
    for (size_t k = 0; k < receive.size(); ++k) {
      const int r = static_cast<int>(k);
      if (receive[k].empty() || r == rank) continue;
      Lane& lane = room.lane(channel, r, rank);
      missing_.push_back({r, &lane, lane.awaited++, receive[k]});
    }
  }

  bool done() override {
    const std::unique_lock lock(room_.mutex);
    return take();
  }

  void wait() override {
    std::unique_lock lock(room_.mutex);
    const auto deadline =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(timeout_));
    while (!take()) {
      if (room_.changed.wait_until(lock, deadline) == std::cv_status::timeout && !take()) {
        throw Error(distributed::no_answer({missing_.front().rank}, timeout_));
      }
    }
  }

 private:
  // With the lock held.
  bool take() {
    std::erase_if(missing_, [&](const Part& part) {
      auto& waiting = part.lane->waiting;
      const auto message = waiting.find(part.number);
      if (message == waiting.end()) return false;
      if (message->second.size() != part.into.size()) {
        throw Error("exchange: expected " + std::to_string(part.into.size()) + " bytes from rank " +
                    std::to_string(part.rank) + ", found " + std::to_string(message->second.size()));
      }
      std::copy(message->second.begin(), message->second.end(), part.into.begin());
      waiting.erase(message);
      return true;
    });
    if (!missing_.empty()) distributed::expect_no_failure(room_.said, rank_);
    return missing_.empty();
  }

  Room& room_;
  int rank_;
  double timeout_;
  struct Part {
    int rank;
    Lane* lane;
    int64_t number;
    std::span<std::byte> into;
  };
  std::vector<Part> missing_;
};

class ThreadExchange final : public Exchange {
 public:
  ThreadExchange(std::shared_ptr<Room> room, int rank, double timeout)
      : room_(std::move(room)), rank_(rank), timeout_(timeout) {}

  int rank() const override { return rank_; }
  int size() const override { return static_cast<int>(room_->said.size()); }
  std::string host() const override { return "this process"; }
  void set_timeout(double seconds) override { timeout_ = seconds; }

  std::unique_ptr<Transfer> start(std::span<const std::span<const std::byte>> send,
                                  std::span<const std::span<std::byte>> receive, int channel) override {
    std::copy(send[rank_].begin(), send[rank_].end(), receive[rank_].begin());
    const std::unique_lock lock(room_->mutex);
    for (int r = 0; r < size(); ++r) {
      if (r == rank_ || send[r].empty()) continue;
      Lane& lane = room_->lane(channel, rank_, r);
      lane.waiting[lane.sent++].assign(send[r].begin(), send[r].end());
    }
    room_->changed.notify_all();
    return std::make_unique<ThreadTransfer>(*room_, rank_, channel, timeout_, receive);
  }

  std::string fail(const std::string& message) noexcept override {
    std::unique_lock lock(room_->mutex);
    room_->said[rank_] = distributed::failure_of(message, room_->said, rank_, host());
    room_->changed.notify_all();
    const auto all_said = [&] {
      return std::all_of(room_->said.begin(), room_->said.end(), [](const auto& each) { return each.said; });
    };
    room_->changed.wait_for(lock, distributed::kGrace, all_said);
    return distributed::shown_line(room_->said, rank_);
  }

 private:
  std::shared_ptr<Room> room_;
  int rank_;
  double timeout_;
};

}  // namespace

std::vector<std::unique_ptr<Exchange>> thread_exchanges(int ranks, double timeout_seconds) {
  if (ranks < 1) throw Error("ranks: expected 1 or more, found " + std::to_string(ranks));
  const auto room = std::make_shared<Room>(ranks);
  std::vector<std::unique_ptr<Exchange>> exchanges;
  exchanges.reserve(static_cast<size_t>(ranks));
  for (int r = 0; r < ranks; ++r) exchanges.push_back(std::make_unique<ThreadExchange>(room, r, timeout_seconds));
  return exchanges;
}

}  // namespace fer
