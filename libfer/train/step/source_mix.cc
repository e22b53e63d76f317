#include "train/step/source_mix.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "data/batches.h"
#include "fer/sources.h"

namespace fer {
namespace train {

SourceMix::SourceMix(const TrainConfig& config, const Dataset& data, std::span<const int64_t> train)
    : seed_(config.seed), train_(train), rows_per_pass_(static_cast<int64_t>(train.size())) {
  if (config.source_weights.empty()) return;
  sources_.resize(config.source_weights.size());
  const std::vector<size_t> numbers = sources_of_rows(data, train);
  for (size_t i = 0; i < train.size(); ++i) sources_[numbers[i]].rows.push_back(train[i]);
  rows_per_pass_ = 0;
  for (size_t s = 0; s < sources_.size(); ++s) {
    Source& source = sources_[s];
    if (source.rows.empty()) continue;
    const double wanted = config.source_weights[s] * static_cast<double>(source.rows.size());
    source.per_pass = std::max<int64_t>(1, static_cast<int64_t>(std::floor(wanted + 0.5)));
    rows_per_pass_ += source.per_pass;
  }
}

void SourceMix::start_pass(int64_t pass, std::vector<int64_t>& rows, std::vector<int64_t>& passes) const {
  if (!weighted()) {
    rows = data::pass_order(train_, seed_, pass);
    passes.clear();
    return;
  }
  std::vector<int64_t> all_rows, all_passes;
  for (const Source& source : sources_) {
    const auto count = static_cast<int64_t>(source.rows.size());
    std::vector<int64_t> order;
    int64_t own = -1;
    for (int64_t k = pass * source.per_pass; k < (pass + 1) * source.per_pass; ++k) {
      if (k / count != own) order = data::pass_order(source.rows, seed_, k / count);
      own = k / count;
      all_rows.push_back(order[static_cast<size_t>(k % count)]);
      all_passes.push_back(own);
    }
  }
  std::vector<int64_t> places(all_rows.size());
  random_permutation({.seed = seed_, .use = RandomUse::kShuffle, .a = static_cast<uint32_t>(pass)}, places);
  rows.resize(places.size());
  passes.resize(places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    rows[i] = all_rows[static_cast<size_t>(places[i])];
    passes[i] = all_passes[static_cast<size_t>(places[i])];
  }
}

}  // namespace train

int64_t pictures_per_pass(const TrainConfig& config, const Dataset& data, std::span<const int64_t> train) {
  return train::SourceMix(config, data, train).rows_per_pass();
}

}  // namespace fer
