// The best split of the samples by any feature.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "cascade/train/sample_table.h"

namespace fer::cascade {

// A sample's weight, and its weight times what is to be fitted. Of weight 0: it is passed over.
struct Weighted {
  double w = 0, wy = 0;
};

// What a split is good for. With W and Y the sums of w and wy on each side, kSquares: Yl^2 / Wl + Yr^2 / Wr, which is
// largest where the squared error is least, and for classes of -1 and 1 also where Gini's index is; kErrors:
// |Yl - Yr|, largest where the fewest (by weight) are in the wrong class.
enum class Criterion { kSquares, kErrors };

struct Split {
  double quality = 0;
  int feature = -1;     // -1: no feature tells any two samples apart
  float threshold = 0;  // values below go left
};

// The order of samples by each feature is kept in memory as far as `order_bytes` allow, and sorted anew otherwise.
class SplitSearch {
 public:
  // Both are to outlive this object.
  SplitSearch(const SampleTable& table, const std::vector<HaarFeature>& features, int64_t order_bytes);
  ~SplitSearch();

  // The split of the highest quality; of equal ones the first feature's, and there the lowest threshold. Uses up to
  // num_threads() threads; the result is the same for any number.
  Split best(std::span<const Weighted> samples, Criterion criterion,
             const std::function<void(double)>& searching) const;

  const SampleTable& table() const { return table_; }
  const std::vector<HaarFeature>& features() const { return features_; }
  size_t features_kept() const;  // whose order is in memory

 private:
  struct Orders;
  const SampleTable& table_;
  const std::vector<HaarFeature>& features_;
  std::unique_ptr<const Orders> orders_;
};

}  // namespace fer::cascade
