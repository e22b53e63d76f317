#include "train/step/round_results.h"

#include <cstring>

namespace fer::train {
namespace {

struct Figures {
  double loss_sum, penalty;
  int64_t correct;
};

std::vector<std::byte> packed(const BatchResult& result) {
  const Figures figures{result.loss_sum, result.penalty, result.correct};
  std::vector<std::byte> bytes(sizeof figures + result.moments.size_bytes() + result.probabilities.size_bytes());
  std::byte* at = bytes.data();
  const auto put = [&](const void* from, size_t n) {
    if (n > 0) std::memcpy(at, from, n);
    at += n;
  };
  put(&figures, sizeof figures);
  put(result.moments.data(), result.moments.size_bytes());
  put(result.probabilities.data(), result.probabilities.size_bytes());
  return bytes;
}

// The bytes are a vector's own, which begin at a multiple of 16; the figures take 24.
BatchResult unpacked(const std::vector<std::byte>& bytes, size_t moments, size_t probabilities) {
  Figures figures = {};
  std::memcpy(&figures, bytes.data(), sizeof figures);
  const auto* floats = reinterpret_cast<const float*>(bytes.data() + sizeof figures);
  return {.loss_sum = figures.loss_sum,
          .penalty = figures.penalty,
          .correct = figures.correct,
          .moments = {floats, moments},
          .probabilities = {floats + moments, probabilities}};
}

}  // namespace

RoundResults::RoundResults(Exchange& exchange, const BatchResult& own, size_t moments,
                           std::span<const size_t> probabilities) {
  const auto ranks = static_cast<size_t>(exchange.size());
  const bool gives = static_cast<size_t>(exchange.rank()) < probabilities.size();
  const std::vector<std::byte> sent = gives ? packed(own) : std::vector<std::byte>();
  const std::vector<std::span<const std::byte>> send(ranks, sent);
  std::vector<std::span<std::byte>> receive(ranks);
  for (const size_t count : probabilities) packed_.emplace_back(sizeof(Figures) + (moments + count) * sizeof(float));
  for (size_t r = 0; r < packed_.size(); ++r) receive[r] = packed_[r];
  exchange.start(send, receive)->wait();
  for (size_t r = 0; r < packed_.size(); ++r) results_.push_back(unpacked(packed_[r], moments, probabilities[r]));
}

}  // namespace fer::train
