#include "cascade/train/feature_values.h"

#include <cstddef>

#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cascade/train/feature_values.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fer::cascade::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;

HWY_INLINE hn::Vec<D> weighted(const ValueTerm& term, size_t i) {
  const D d;
  const auto upper = hn::Sub(hn::LoadU(d, term.corners[0] + i), hn::LoadU(d, term.corners[1] + i));
  const auto lower = hn::Sub(hn::LoadU(d, term.corners[3] + i), hn::LoadU(d, term.corners[2] + i));
  return hn::Mul(hn::Set(d, term.weight), hn::Add(upper, lower));
}

void FeatureValues(const ValueTerm* terms, size_t count, const float* factors, size_t n, float* out) {
  const D d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    auto value = hn::Add(weighted(terms[0], i), weighted(terms[1], i));
    if (count > 2) value = hn::Add(value, weighted(terms[2], i));
    hn::StoreU(hn::Mul(value, hn::LoadU(d, factors + i)), d, out + i);
  }
}

}  // namespace fer::cascade::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::cascade {

HWY_EXPORT(FeatureValues);

void feature_values(std::span<const ValueTerm> terms, std::span<const float> factors, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(FeatureValues)(terms.data(), terms.size(), factors.data(), factors.size(), out.data());
}

}  // namespace fer::cascade
#endif
