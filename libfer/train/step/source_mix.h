// Which rows a pass goes over where the sources of the data have weights (TrainConfig::source_weights).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fer/dataset.h"
#include "fer/trainer.h"

namespace fer::train {

// The pictures of source s are an endless row of shuffled passes over its training rows; each pass of the run takes the
// next round(weight * rows) of them, at least one, and shuffles them with those of the other sources. A function of
// seed and the number of the pass alone.
class SourceMix {
 public:
  // Without weights a pass is one over all rows.
  SourceMix(const TrainConfig& config, const Dataset& data, std::span<const int64_t> train);

  bool weighted() const { return !sources_.empty(); }
  int64_t rows_per_pass() const { return rows_per_pass_; }
  // The rows of a pass of the run, in order, and of each the number of the pass over its source that it belongs to, by
  // which its changes are drawn: so a picture that comes twice in a pass is not changed in the same way.
  void start_pass(int64_t pass, std::vector<int64_t>& rows, std::vector<int64_t>& passes) const;

 private:
  struct Source {
    std::vector<int64_t> rows;
    int64_t per_pass = 0;
  };

  uint64_t seed_;
  std::span<const int64_t> train_;
  std::vector<Source> sources_;
  int64_t rows_per_pass_ = 0;
};

}  // namespace fer::train
