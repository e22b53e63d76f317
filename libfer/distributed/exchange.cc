// What every kind of exchange does by transfers alone.
#include "fer/exchange.h"

#include <algorithm>
#include <cstring>

#include "distributed/slices.h"

namespace fer {
namespace {

using Sent = std::vector<std::span<const std::byte>>;
using Received = std::vector<std::span<std::byte>>;

Sent to_all(const Exchange& exchange, std::span<const std::byte> bytes) {
  return Sent(static_cast<size_t>(exchange.size()), bytes);
}

}  // namespace

Exchange::~Exchange() = default;
Exchange::Transfer::~Transfer() = default;

std::string rank_name(const Exchange& exchange) {
  return "rank " + std::to_string(exchange.rank()) + " on " + exchange.host();
}

std::vector<std::string> Exchange::all_gather(std::string_view own) {
  const auto ranks = static_cast<size_t>(size());
  const uint64_t length = own.size();
  std::vector<uint64_t> lengths(ranks);
  Received into_lengths;
  for (uint64_t& each : lengths) into_lengths.push_back(std::as_writable_bytes(std::span(&each, 1)));
  start(to_all(*this, std::as_bytes(std::span(&length, 1))), into_lengths)->wait();

  std::vector<std::string> texts(ranks);
  Received into;
  for (size_t r = 0; r < ranks; ++r) {
    texts[r].resize(lengths[r]);
    into.push_back(std::as_writable_bytes(std::span(texts[r])));
  }
  start(to_all(*this, std::as_bytes(std::span(own))), into)->wait();
  return texts;
}

bool Exchange::any(bool own) {
  const char said = own ? 1 : 0;
  std::vector<char> all(static_cast<size_t>(size()));
  Received into;
  for (char& each : all) into.push_back(std::as_writable_bytes(std::span(&each, 1)));
  start(to_all(*this, std::as_bytes(std::span(&said, 1))), into)->wait();
  return std::any_of(all.begin(), all.end(), [](char each) { return each != 0; });
}

// In slices that the root scatters and all gather: nobody sends more than twice the bytes, however many ranks there
// are.
void Exchange::broadcast(std::span<std::byte> bytes, int root) {
  const auto ranks = static_cast<size_t>(size()), me = static_cast<size_t>(rank());
  const auto slice_of = [&](size_t r) {
    const distributed::Range range = distributed::slice(static_cast<int64_t>(bytes.size()), size(), r);
    return bytes.subspan(range.begin, range.size());
  };
  Sent send(ranks);
  Received into(ranks);
  std::vector<std::byte> own(slice_of(me).size());  // of the root: what it sends itself must not lie where it is sent
  for (size_t r = 0; rank() == root && r < ranks; ++r) send[r] = slice_of(r);
  into[static_cast<size_t>(root)] = rank() == root ? std::span(own) : slice_of(me);
  start(send, into)->wait();

  std::copy(slice_of(me).begin(), slice_of(me).end(), own.begin());
  for (size_t r = 0; r < ranks; ++r) into[r] = slice_of(r);
  start(to_all(*this, own), into)->wait();
}

std::string Exchange::broadcast_text(std::string_view own, int root) {
  uint64_t length = own.size();
  broadcast(std::as_writable_bytes(std::span(&length, 1)), root);
  std::string text(own);
  text.resize(length);
  broadcast(std::as_writable_bytes(std::span(text)), root);
  return text;
}

void Exchange::sum(std::span<float> values) {
  distributed::OrderedSum sum(*this, static_cast<int64_t>(values.size()));
  sum.add(values, size());
  sum.gather(values);
}

void Exchange::barrier() { any(false); }

}  // namespace fer
