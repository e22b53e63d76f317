#include "train/run/ranks.h"

#include <fmt/format.h>
#include <isa-l/crc64.h>

#include <algorithm>

#include "distributed/slices.h"
#include "fer/error.h"
#include "fer/instruction_set.h"
#include "fer/version.h"
#include "network/json_text.h"
#include "train/config/config.h"
#include "train/files/identity.h"

namespace fer::train {
namespace {

using core::JsonValue;

uint64_t weights_checksum(std::span<const float> values) {
  return crc64_ecma_refl(0, reinterpret_cast<const unsigned char*>(values.data()), values.size_bytes());
}

}  // namespace

void expect_same_run_on_all(Exchange* exchange, const TrainConfig& config, const JsonValue& identity) {
  if (exchange == nullptr) return;
  JsonValue facts = identity;
  facts["config"] = config_to_json(config);  // also what a resumed run may change
  facts["fer_version"] = version();
  facts["instruction_set"] = active_target();
  // (The host is no fact that must be the same.)
  const std::vector<std::string> all = exchange->all_gather(facts.dump());
  const std::vector<std::string> hosts = exchange->all_gather(exchange->host());
  const JsonDocument first = parse_json(all[0], "rank 0");
  for (size_t r = 1; r < all.size(); ++r) {
    if (all[r] == all[0]) continue;
    const JsonDocument other = parse_json(all[r], "another rank");
    throw Error(fmt::format("rank {} on {} is not of the run of rank 0 on {}: {}", r, hosts[r], hosts[0],
                            run_differences(*other, *first, " is ", ", on rank 0 ")));
  }
}

void expect_work_for_all(const Exchange* exchange, const TrainConfig& config) {
  if (exchange == nullptr || exchange->size() <= config.accumulate) return;
  throw Error(
      fmt::format("expected at most {} ranks, one for each small batch of a step (accumulate), found {}: start fewer, "
                  "or begin a run that accumulates more",
                  config.accumulate, exchange->size()));
}

void share_state(Exchange* exchange, RunState& state, const std::vector<NamedArray>& arrays,
                 const std::vector<NamedTensor>& tensors) {
  if (exchange == nullptr) return;
  const std::string text = exchange->broadcast_text(state_to_json(state).dump());
  const JsonDocument state_document = parse_json(text, "state of rank 0");
  state = state_from_json(*state_document);
  for (const NamedArray& array : arrays) exchange->broadcast(array.values);
  for (const auto& [name, tensor] : tensors) exchange->broadcast(tensor->values());
}

void agree_on_epoch(Exchange* exchange, EpochResult& epoch, std::span<const float> weights) {
  if (exchange == nullptr) return;
  exchange->broadcast(std::as_writable_bytes(std::span(&epoch, 1)));
  const std::vector<std::string> all = exchange->all_gather(std::to_string(weights_checksum(weights)));
  const auto other = std::find_if(all.begin(), all.end(), [&](const std::string& each) { return each != all[0]; });
  if (other == all.end()) return;
  throw Error(
      fmt::format("epoch {}: expected the same weights on all ranks, found others on rank {} than on rank 0: its "
                  "machine computes other numbers (another C library, or damaged memory)",
                  epoch.epoch, other - all.begin()));
}

Tensor shared_probabilities(Exchange* exchange, const Model& model, std::span<const float> weights, const Dataset& data,
                            std::span<const int64_t> rows, evaluation::InferenceOptions options, bool& stopped) {
  if (exchange == nullptr) return evaluation::probabilities_of(model, weights, data, rows, options);
  const auto n = static_cast<int64_t>(rows.size());
  options.batch_size = std::min(options.batch_size, std::max<int64_t>(n, 1));
  options.whole_workspace = true;
  const int64_t batches = (n + options.batch_size - 1) / options.batch_size, ranks = exchange->size();
  const auto rows_of = [&](int64_t rank) -> distributed::Range {
    const distributed::Range part = distributed::slice(batches, ranks, rank);
    return {std::min(part.begin * options.batch_size, n), std::min(part.end * options.batch_size, n)};
  };
  const distributed::Range own = rows_of(exchange->rank());
  const Tensor answers =
      evaluation::probabilities_of(model, weights, data, rows.subspan(own.begin, own.size()), options);
  stopped = exchange->any(stopped);
  if (stopped) return {};

  const int64_t classes = answers.shape()[1];
  Tensor all({n, classes});
  const std::vector<std::span<const std::byte>> send(ranks, std::as_bytes(answers.values()));
  std::vector<std::span<std::byte>> receive;
  for (int64_t r = 0; r < ranks; ++r) {
    const distributed::Range part = rows_of(r);
    receive.push_back(std::as_writable_bytes(all.values().subspan(part.begin * classes, part.size() * classes)));
  }
  exchange->start(send, receive)->wait();
  return all;
}

}  // namespace fer::train
