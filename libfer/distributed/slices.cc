#include "distributed/slices.h"

#include <algorithm>

#include "distributed/bf16.h"
#include "kernels/values/elementwise.h"

namespace fer::distributed {
namespace {

// Channels of the exchange: which rank starts a gather before which scatter depends on what has arrived.
constexpr int kScatter = 1, kGather = 2;

std::span<float> part(Tensor& tensor, int64_t begin, int64_t n) { return tensor.values().subspan(begin, n); }

}  // namespace

Range slice(int64_t n, int64_t ranks, int64_t r) {
  const auto begin = [&](int64_t k) { return n / ranks * k + std::min(n % ranks, k); };
  return {begin(r), begin(r + 1)};
}

struct OrderedSum::Bucket {
  Range range;             // of the values
  Range own;               // of the values: the slice that this rank owns of it
  int64_t sum_begin = 0;   // of that slice in sum_
  int64_t arrived_at = 0;  // what arrives, [ranks][slice], in arrived_
  std::unique_ptr<Exchange::Transfer> transfer;
};

OrderedSum::OrderedSum(Exchange& exchange, int64_t n, Precision precision, int64_t bucket_floats)
    : exchange_(exchange), bf16_(precision == Precision::kBf16) {
  const int64_t ranks = exchange.size();
  int64_t sums = 0, floats = std::min(bucket_floats, kFirstBucketFloats);
  for (int64_t begin = 0; begin < n; begin = buckets_.back().range.end) {
    Bucket bucket;
    bucket.range = {begin, std::min(begin + floats, n)};
    floats = std::min(2 * floats, bucket_floats);
    const Range own = slice(bucket.range.size(), ranks, exchange.rank());
    bucket.own = {begin + own.begin, begin + own.end};
    bucket.sum_begin = sums;
    bucket.arrived_at = sums * ranks;
    sums += own.size();
    buckets_.push_back(std::move(bucket));
  }
  sum_ = Tensor(Shape({sums}));
  if (bf16_) {
    sent16_.resize(static_cast<size_t>(n));
    gathered16_.resize(static_cast<size_t>(n));
    arrived16_.resize(static_cast<size_t>(sums * ranks));
    slice_ = Tensor(Shape({slice(std::min(bucket_floats, n), ranks, 0).size()}));
  } else {
    arrived_ = Tensor(Shape({sums * ranks}));
  }
}

OrderedSum::~OrderedSum() = default;

std::span<const std::byte> OrderedSum::sent(int64_t begin, int64_t n) const {
  if (bf16_) return std::as_bytes(std::span(sent16_).subspan(begin, n));
  return std::as_bytes(values_.subspan(begin, n));
}

std::span<std::byte> OrderedSum::arriving(const Bucket& bucket, int64_t rank) {
  const int64_t size = bucket.own.size(), begin = bucket.arrived_at + rank * size;
  if (bf16_) return std::as_writable_bytes(std::span(arrived16_).subspan(begin, size));
  return std::as_writable_bytes(part(arrived_, begin, size));
}

std::span<const float> OrderedSum::arrived(const Bucket& bucket, int64_t rank) {
  const int64_t size = bucket.own.size(), begin = bucket.arrived_at + rank * size;
  if (!bf16_) return part(arrived_, begin, size);
  const std::span<float> floats = part(slice_, 0, size);
  from_bf16(std::span(arrived16_).subspan(begin, size), floats);
  return floats;
}

void OrderedSum::add(std::span<const float> values, int64_t contributors) {
  begin_round(values, contributors);
  finish_round();
}

void OrderedSum::begin_round(std::span<const float> values, int64_t contributors, std::span<float> into) {
  values_ = values;
  contributors_ = contributors;
  into_ = into;
  unreleased_ = untaken_ = buckets_.size();
}

void OrderedSum::release_from(int64_t begin) {
  while (unreleased_ > 0 && buckets_[unreleased_ - 1].range.begin >= begin) start(buckets_[--unreleased_]);
}

void OrderedSum::start(Bucket& bucket) {
  const int64_t ranks = exchange_.size(), begin = bucket.range.begin;
  const bool contributes = exchange_.rank() < contributors_;
  if (bf16_ && contributes) {
    to_bf16(values_.subspan(begin, bucket.range.size()), std::span(sent16_).subspan(begin, bucket.range.size()));
  }
  std::vector<std::span<const std::byte>> send(ranks);
  std::vector<std::span<std::byte>> receive(ranks);
  for (int64_t r = 0; r < ranks; ++r) {
    const Range to = slice(bucket.range.size(), ranks, r);
    if (contributes) send[r] = sent(begin + to.begin, to.size());
    if (r < contributors_) receive[r] = arriving(bucket, r);
  }
  bucket.transfer = exchange_.start(send, receive, kScatter);
}

// Adds what has arrived, and in the last round sends the sum. The first of all is taken as it is: 0 + -0 would be 0.
void OrderedSum::take(Bucket& bucket) {
  bucket.transfer->wait();
  bucket.transfer.reset();
  const std::span<float> sum = part(sum_, bucket.sum_begin, bucket.own.size());
  for (int64_t r = 0; r < contributors_; ++r) {
    const std::span<const float> given = arrived(bucket, r);
    if (empty_ && r == 0) {
      std::copy(given.begin(), given.end(), sum.begin());
    } else {
      kernels::add(sum, given, sum);
    }
  }
  if (!into_.empty()) start_gather(bucket);
}

// Buckets are taken from the last to the first, so that all ranks gather them in one order.
void OrderedSum::progress() {
  while (untaken_ > unreleased_ && buckets_[untaken_ - 1].transfer->done()) take(buckets_[--untaken_]);
  for (size_t b = unreleased_; b < buckets_.size(); ++b) {
    if (buckets_[b].transfer != nullptr) buckets_[b].transfer->done();
  }
}

void OrderedSum::finish_round() {
  release_from(0);
  while (untaken_ > 0) take(buckets_[--untaken_]);
  empty_ = false;
}

void OrderedSum::start_gather(Bucket& bucket) {
  const int64_t ranks = exchange_.size(), size = bucket.own.size(), begin = bucket.range.begin;
  const std::span<const float> own = part(sum_, bucket.sum_begin, size);
  if (bf16_) to_bf16(own, std::span(sent16_).subspan(bucket.own.begin, size));
  const std::vector<std::span<const std::byte>> send(ranks, bf16_ ? sent(bucket.own.begin, size) : std::as_bytes(own));
  std::vector<std::span<std::byte>> receive(ranks);
  for (int64_t r = 0; r < ranks; ++r) {
    const Range of = slice(bucket.range.size(), ranks, r);
    receive[r] = bf16_ ? std::as_writable_bytes(std::span(gathered16_).subspan(begin + of.begin, of.size()))
                       : std::as_writable_bytes(into_.subspan(begin + of.begin, of.size()));
  }
  bucket.transfer = exchange_.start(send, receive, kGather);
}

void OrderedSum::gather(std::span<float> values) {
  if (into_.empty()) {
    into_ = values;
    for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend(); ++bucket) start_gather(*bucket);
  }
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend(); ++bucket) {
    bucket->transfer->wait();
    bucket->transfer.reset();
    const int64_t begin = bucket->range.begin, size = bucket->range.size();
    if (bf16_) from_bf16(std::span(gathered16_).subspan(begin, size), values.subspan(begin, size));
  }
  into_ = {};
  empty_ = true;
}

}  // namespace fer::distributed
