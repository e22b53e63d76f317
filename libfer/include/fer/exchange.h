// Ranks that train one model together: what passes between them.
//
//   // Under mpirun: every rank does the same.
//   std::unique_ptr<fer::Exchange> exchange = fer::join_ranks();   // null: no launcher started this process
//   trainer.fit(data, train, validation, callbacks, {}, exchange.get());
//
// P ranks share the small batches of a step (TrainConfig::accumulate), and what they end in has the same bytes as one
// process with the same accumulate. docs/cluster.md says how to start them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// One rank's end of what connects the ranks 0 to size() - 1. Every rank calls the same functions in the same order,
// with sizes that fit each other, from one thread at a time. All of them throw Error where another rank has failed (its
// message, with its rank and host), has not answered within the timeout, or is gone.
class Exchange {
 public:
  Exchange() = default;
  virtual ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual std::string host() const = 0;  // the name of this rank's machine, for messages
  // From now on, how long this rank waits for another; above 0.
  virtual void set_timeout(double seconds) = 0;

  // Bytes on their way. Destroyed before it is done, it gives them up; that is for ranks that fail alone.
  class FER_PUBLIC Transfer {
   public:
    Transfer() = default;
    virtual ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    // Moves on what can be moved without waiting; returns whether all has arrived and all that was sent may be changed.
    virtual bool done() = 0;
    // Returns when done().
    virtual void wait() = 0;
  };
  // Transfers of one channel meet those of the other ranks in the order in which they are started; those of different
  // channels may be started in another order on each rank.
  static constexpr int kChannels = 3;
  // send[r] goes to rank r, receive[r] is overwritten by what rank r sends here: size() parts each, of which any may be
  // empty on both sides. This rank's own parts have one size and are copied. The buffers must stay as they are until
  // the transfer is done.
  virtual std::unique_ptr<Transfer> start(std::span<const std::span<const std::byte>> send,
                                          std::span<const std::span<std::byte>> receive, int channel = 0) = 0;

  // Says that this rank cannot go on: the others throw Error. Waits at most a few seconds for what they say. Returns
  // the line that is to be shown to people on the one rank that is to show it, and nothing on the others. Nothing else
  // may be called afterwards.
  virtual std::string fail(const std::string& message) noexcept = 0;

  // What every rank gave, in the order of ranks.
  std::vector<std::string> all_gather(std::string_view own);
  // Whether any rank said yes.
  bool any(bool own);
  // Overwrites the bytes by those of rank `root`.
  void broadcast(std::span<std::byte> bytes, int root = 0);
  void broadcast(std::span<float> values, int root = 0) { broadcast(std::as_writable_bytes(values), root); }
  // The text of rank `root`.
  std::string broadcast_text(std::string_view own, int root = 0);
  // values += those of the other ranks, added up in the order of ranks: the same bits on every rank and every time.
  void sum(std::span<float> values);
  // Returns when every rank has called it.
  void barrier();
};

// "rank 2 on host7"
std::string rank_name(const Exchange& exchange);

// Exchanges for ranks that are threads of this process, one for each: for tests and for machines with many cores.
std::vector<std::unique_ptr<Exchange>> thread_exchanges(int ranks, double timeout_seconds = 300);

struct JoinOptions {
  double timeout_seconds = 300;  // how long one rank waits for another
};
// Joins the ranks that mpirun, srun or another launcher of MPI started with this process; null where there is no
// launcher, it started one rank, or FER_MPI=off. What speaks MPI is a component of its own (libfer_mpi.so), loaded
// from where libfer was installed, or from where FER_MPI says. Once in a process. Throws Error where the component is
// missing or MPI cannot be started.
std::unique_ptr<Exchange> join_ranks(const JoinOptions& options = {});

// The rank that a launcher gave this process, by the environment; 0 where there is none. Joins nothing.
int launched_rank();

}  // namespace fer
