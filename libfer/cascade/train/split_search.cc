#include "cascade/train/split_search.h"

#include <algorithm>
#include <cmath>

#include "cascade/train/sample_order.h"
#include "core/parallel.h"

namespace fer::cascade {
namespace {

constexpr size_t kFeaturesAtOnce = 64;  // for a thread
constexpr size_t kParts = 16;           // after each of which it is told how far the search is

// A split between two samples that are next to each other in a feature's order.
struct Cut {
  double quality = 0;
  size_t feature = 0;
  uint32_t left = 0, right = 0;
};

// The best place to cut the order, where that is better than `best`.
template <Criterion criterion, class Index>
void best_cut(std::span<const Index> order, const Weighted* samples, Weighted all, size_t feature, Cut& best) {
  Weighted left;
  uint32_t before = 0;
  bool any = false, apart = false;  // whether there is one to the left; whether its value is another
  for (const Index entry : order) {
    apart = apart || (entry & kSameBit<Index>) == 0;
    const auto i = static_cast<uint32_t>(entry & static_cast<Index>(~kSameBit<Index>));
    const Weighted here = samples[i];
    if (here.w == 0) continue;
    if (any && apart) {
      const double w = all.w - left.w, wy = all.wy - left.wy;
      if constexpr (criterion == Criterion::kErrors) {
        const double quality = std::abs(left.wy - wy);
        if (quality > best.quality) best = {quality, feature, before, i};
      } else {
        // (One division less where it is not better.)
        const double above = left.wy * left.wy * w + wy * wy * left.w, below = left.w * w;
        if (below > 0 && above > best.quality * below) {
          const double quality = above / below;
          if (quality > best.quality) best = {quality, feature, before, i};
        }
      }
    }
    left.w += here.w;
    left.wy += here.wy;
    before = i;
    any = true;
    apart = false;
  }
}

template <class Index>
void best_cut(std::span<const Index> order, const Weighted* samples, Weighted all, Criterion criterion, size_t feature,
              Cut& best) {
  if (criterion == Criterion::kErrors) {
    best_cut<Criterion::kErrors>(order, samples, all, feature, best);
  } else {
    best_cut<Criterion::kSquares>(order, samples, all, feature, best);
  }
}

// Above a, not above b, where a < b: half way, unless that rounds to a.
float between(float a, float b) {
  const float middle = (a + b) * 0.5F;
  return middle > a ? middle : b;
}

}  // namespace

struct SplitSearch::Orders {
  size_t kept = 0;              // features
  std::vector<uint16_t> small;  // [kept][samples], where there are up to 2^15 samples
  std::vector<uint32_t> large;  // otherwise
};

namespace {

constexpr size_t kSmallTable = size_t{1} << 15;

template <class Index>
std::vector<Index> orders_of(const SampleTable& table, const std::vector<HaarFeature>& features, size_t kept) {
  const size_t n = table.size();
  std::vector<Index> orders(kept * n);
  parallel_ranges(static_cast<int64_t>(kept), kFeaturesAtOnce, [&](int64_t begin, int64_t end) {
    std::vector<float> values(table.padded());
    SortScratch scratch;
    for (auto f = static_cast<size_t>(begin); f < static_cast<size_t>(end); ++f) {
      table.values(features[f], values);
      sort_samples<Index>({values.data(), n}, scratch, std::span(orders).subspan(f * n, n));
    }
  });
  return orders;
}

// The best cut by the features of [begin, end).
template <class Index>
Cut best_of(const SplitSearch& search, const std::vector<Index>& orders, size_t kept, size_t begin, size_t end,
            std::span<const Weighted> samples, Weighted all, Criterion criterion) {
  const size_t n = samples.size();
  Cut best;
  std::vector<float> values(end > kept ? search.table().padded() : 0);
  std::vector<Index> order(end > kept ? n : 0);
  SortScratch scratch;
  for (size_t f = begin; f < end; ++f) {
    if (f < kept) {
      best_cut<Index>({orders.data() + f * n, n}, samples.data(), all, criterion, f, best);
      continue;
    }
    search.table().values(search.features()[f], values);
    sort_samples<Index>({values.data(), n}, scratch, order);
    best_cut<Index>(order, samples.data(), all, criterion, f, best);
  }
  return best;
}

template <class Index>
Cut best_of_all(const SplitSearch& search, const std::vector<Index>& orders, size_t kept,
                std::span<const Weighted> samples, Criterion criterion, const std::function<void(double)>& searching) {
  Weighted all;
  for (const Weighted& sample : samples) {
    all.w += sample.w;
    all.wy += sample.wy;
  }
  const size_t features = search.features().size(), chunks = (features + kFeaturesAtOnce - 1) / kFeaturesAtOnce;
  std::vector<Cut> cuts(chunks);
  for (size_t part = 0; part < kParts; ++part) {
    const size_t first = chunks * part / kParts, last = chunks * (part + 1) / kParts;
    parallel_for(static_cast<int64_t>(last - first), [&](int64_t i) {
      const size_t chunk = first + static_cast<size_t>(i), begin = chunk * kFeaturesAtOnce;
      cuts[chunk] =
          best_of(search, orders, kept, begin, std::min(begin + kFeaturesAtOnce, features), samples, all, criterion);
    });
    if (searching) searching(static_cast<double>(part + 1) / kParts);
  }
  Cut best;
  for (const Cut& cut : cuts) {
    if (cut.quality > best.quality) best = cut;
  }
  return best;
}

}  // namespace

SplitSearch::SplitSearch(const SampleTable& table, const std::vector<HaarFeature>& features, int64_t order_bytes)
    : table_(table), features_(features) {
  auto orders = std::make_unique<Orders>();
  const bool few = table.size() <= kSmallTable;
  const size_t each = std::max<size_t>(table.size(), 1) * (few ? sizeof(uint16_t) : sizeof(uint32_t));
  orders->kept = std::min(features.size(), static_cast<size_t>(order_bytes) / each);
  if (few) orders->small = orders_of<uint16_t>(table, features, orders->kept);
  if (!few) orders->large = orders_of<uint32_t>(table, features, orders->kept);
  orders_ = std::move(orders);
}
SplitSearch::~SplitSearch() = default;

size_t SplitSearch::features_kept() const { return orders_->kept; }

Split SplitSearch::best(std::span<const Weighted> samples, Criterion criterion,
                        const std::function<void(double)>& searching) const {
  const Cut cut = table_.size() <= kSmallTable
                      ? best_of_all(*this, orders_->small, orders_->kept, samples, criterion, searching)
                      : best_of_all(*this, orders_->large, orders_->kept, samples, criterion, searching);
  if (cut.quality <= 0) return {};
  const HaarFeature& feature = features_[cut.feature];
  return {cut.quality, static_cast<int>(cut.feature),
          between(table_.value(feature, cut.left), table_.value(feature, cut.right))};
}

}  // namespace fer::cascade
