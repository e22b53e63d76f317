// Sums over ranks in a fixed order, at the cost of a ring: every rank owns a slice of the values, gets everybody's part
// of it, adds them up in the order of ranks, and sends the sum to all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fer/exchange.h"
#include "fer/precision.h"
#include "fer/tensor.h"

namespace fer::distributed {

struct Range {
  int64_t begin = 0, end = 0;
  int64_t size() const { return end - begin; }
};

// The slice of [0, n) that rank r of `ranks` owns: sizes differ by one at most.
Range slice(int64_t n, int64_t ranks, int64_t r);

// The sum over the contributions of several rounds: in the order of rounds, and of ranks within each.
//
//   OrderedSum sum(exchange, n);
//   for (each round) sum.add(values, contributors);   // or add_range piece by piece, then finish_round
//   sum.gather(values);                               // and the next add begins a new sum
//
// Memory: n floats for what arrives, n / size() for the sum. (With bf16 four times n halves of floats, and the same.)
class OrderedSum {
 public:
  // A bucket of 4 MiB is long enough for latency not to count, and short enough for a network of a few million
  // parameters to have several under way. Those at the front, of which the backward pass is done last, begin with 256
  // KiB and double: nothing hides what is sent after it.
  static constexpr int64_t kBucketFloats = 1 << 20, kFirstBucketFloats = 1 << 16;

  // Keeps a reference to the exchange. The sum does not depend on bucket_floats. kBf16: every contribution, and the sum
  // itself, is rounded to bfloat16 and takes half the bytes on its way; additions are in 32 bits.
  OrderedSum(Exchange& exchange, int64_t n, Precision precision = Precision::kFp32,
             int64_t bucket_floats = kBucketFloats);
  ~OrderedSum();

  // A round in which the ranks below `contributors` give values [n]; the others' are not read and may be empty.
  void add(std::span<const float> values, int64_t contributors);
  // The same in pieces: begins a round; from values [n] sends the buckets that lie whole in what was released so far;
  // waits for all, having released the rest. into: of the last round, [n]; the sums of buckets go there as soon as they
  // are known, while others are still under way, and only gather(into) may come next.
  void begin_round(std::span<const float> values, int64_t contributors, std::span<float> into = {});
  // Everything from `begin` on will not change any more in this round.
  void release_from(int64_t begin);
  // Moves on what is under way and adds what has arrived, without waiting: MPI does nothing while nobody calls it.
  void progress();
  void finish_round();

  // values [n] are overwritten by the sum.
  void gather(std::span<float> values);

 private:
  struct Bucket;
  void start(Bucket& bucket);
  void take(Bucket& bucket);
  void start_gather(Bucket& bucket);

  // The values [begin, begin + n) as they are sent.
  std::span<const std::byte> sent(int64_t begin, int64_t n) const;
  std::span<std::byte> arriving(const Bucket& bucket, int64_t rank);
  // What arrived of a rank, in floats.
  std::span<const float> arrived(const Bucket& bucket, int64_t rank);

  Exchange& exchange_;
  bool bf16_;
  std::vector<Bucket> buckets_;  // of the values, in their order
  Tensor arrived_, sum_;
  // With bf16 alone: values on their way out and in, and a slice of them as floats.
  std::vector<uint16_t> sent16_, arrived16_, gathered16_;
  Tensor slice_;
  bool empty_ = true;  // no round yet
  std::span<const float> values_;
  int64_t contributors_ = 0;
  std::span<float> into_;
  size_t unreleased_ = 0, untaken_ = 0;  // buckets, those at the front: not yet sent, not yet added
};

}  // namespace fer::distributed
