#include "cascade/scan/row_scan.h"

#include <algorithm>
#include <cstddef>

#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cascade/scan/row_scan.cc"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fer::cascade::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// At most 16 windows side by side, so that a group's answers fit a small mask.
using D = hn::CappedTag<float, 16>;
using DI = hn::Rebind<int32_t, D>;
using DU = hn::Rebind<uint32_t, D>;
#if HWY_TARGET == HWY_SCALAR
using DD = hn::CappedTag<double, 1>;  // one window at a time: one number holds its sum
constexpr bool kHalves = false;
#else
using DD = hn::CappedTag<double, 8>;
constexpr bool kHalves = true;
#endif
using DH = hn::Rebind<float, DD>;
using V = hn::Vec<D>;
using VD = hn::Vec<DD>;

// The doubles of a vector of floats: of its lower and its upper half.
struct Doubles {
  VD low, high;
};

HWY_INLINE hn::Vec<DH> lower(V v) {
#if HWY_TARGET == HWY_SCALAR
  return v;
#else
  return hn::LowerHalf(DH(), v);
#endif
}
HWY_INLINE hn::Vec<DH> upper(V v) {
#if HWY_TARGET == HWY_SCALAR
  return v;
#else
  return hn::UpperHalf(DH(), v);
#endif
}
HWY_INLINE V joined(hn::Vec<DH> low, hn::Vec<DH> high) {
#if HWY_TARGET == HWY_SCALAR
  (void)high;
  return low;
#else
  return hn::Combine(D(), high, low);
#endif
}

HWY_INLINE void add_to(Doubles& total, V v) {
  total.low = hn::Add(total.low, hn::PromoteTo(DD(), lower(v)));
  if constexpr (kHalves) total.high = hn::Add(total.high, hn::PromoteTo(DD(), upper(v)));
}

// Bit k: whether window k's number is below the limit.
HWY_INLINE uint32_t bits_below(const Doubles& total, double limit) {
  const VD l = hn::Set(DD(), limit);
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(DD(), hn::Lt(total.low, l), bytes);
  uint32_t bits = bytes[0];
  if constexpr (kHalves) {
    bytes[0] = 0;
    hn::StoreMaskBits(DD(), hn::Lt(total.high, l), bytes);
    bits |= static_cast<uint32_t>(bytes[0]) << hn::Lanes(DD());
  }
  return bits;
}

HWY_INLINE hn::Vec<DU> rectangle(const uint32_t* window, const Corners& c) {
  const DU d;
  const auto above = hn::Sub(hn::LoadU(d, window + c.at[0]), hn::LoadU(d, window + c.at[1]));
  const auto below = hn::Sub(hn::LoadU(d, window + c.at[3]), hn::LoadU(d, window + c.at[2]));
  return hn::Add(above, below);
}

HWY_INLINE V rectangle_floats(const uint32_t* window, const Corners& c) {
  return hn::ConvertTo(D(), hn::BitCast(DI(), rectangle(window, c)));
}

// As packed_value: each product and sum is rounded by itself.
HWY_INLINE V values(const PackedNode& node, const uint32_t* sum, const uint32_t* tilted, V factor) {
  const D d;
  const uint32_t* from = node.tilted ? tilted : sum;
  V value = hn::Add(hn::Mul(hn::Set(d, node.weights[0]), rectangle_floats(from, node.corners[0])),
                    hn::Mul(hn::Set(d, node.weights[1]), rectangle_floats(from, node.corners[1])));
  if (node.third) value = hn::Add(value, hn::Mul(hn::Set(d, node.weights[2]), rectangle_floats(from, node.corners[2])));
  return hn::Mul(value, factor);
}

// The leaf that each window reaches. From the last node to the first: `results` has what the later ones lead to.
HWY_INLINE V tree_leaves(const PackedNode* nodes, uint32_t count, const uint32_t* sum, const uint32_t* tilted, V factor,
                         float* results) {
  const D d;
  V result = hn::Zero(d);
  for (uint32_t i = count; i-- > 0;) {
    const PackedNode& node = nodes[i];
    const auto below = hn::Lt(values(node, sum, tilted, factor), hn::Set(d, node.threshold));
    const V left = node.left > 0 ? hn::Load(d, results + 16 * node.left) : hn::Set(d, node.left_leaf);
    const V right = node.right > 0 ? hn::Load(d, results + 16 * node.right) : hn::Set(d, node.right_leaf);
    result = hn::IfThenElse(below, left, right);
    if (count > 1) hn::Store(result, d, results + 16 * i);
  }
  return result;
}

// Bit k: whether window k fails the stage.
HWY_INLINE uint32_t failing(const PackedCascade& cascade, const PackedStage& stage, const uint32_t* sum,
                            const uint32_t* tilted, V factor, float* results) {
  const D d;
  Doubles total = {hn::Zero(DD()), hn::Zero(DD())};
  const PackedTree* trees = cascade.trees.data() + stage.first_tree;
  if (stage.stumps) {
    const PackedNode* node = cascade.nodes.data() + trees[0].first_node;
    for (uint32_t t = 0; t < stage.trees; ++t, ++node) {
      const auto below = hn::Lt(values(*node, sum, tilted, factor), hn::Set(d, node->threshold));
      add_to(total, hn::IfThenElse(below, hn::Set(d, node->left_leaf), hn::Set(d, node->right_leaf)));
    }
  } else {
    for (uint32_t t = 0; t < stage.trees; ++t) {
      add_to(total,
             tree_leaves(cascade.nodes.data() + trees[t].first_node, trees[t].nodes, sum, tilted, factor, results));
    }
  }
  return bits_below(total, static_cast<double>(stage.threshold));
}

// As brightness_factor, of half a vector: area * squares - sum * sum is below 2^53 and so exact.
HWY_INLINE hn::Vec<DH> half_factor(VD sum, VD squares, double area, uint32_t& flat) {
  const DD d;
  const VD zero = hn::Zero(d), deviation2 = hn::Sub(hn::Mul(hn::Set(d, area), squares), hn::Mul(sum, sum));
  const auto varied = hn::Gt(deviation2, zero);
  const VD one = hn::Set(d, 1.0);
  const auto factor = hn::DemoteTo(DH(), hn::Div(one, hn::Sqrt(hn::IfThenElse(varied, deviation2, one))));
  const auto is_flat = hn::And(varied, hn::Ge(hn::Mul(hn::Set(d, area), hn::PromoteTo(d, factor)), hn::Set(d, 0.1)));
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, is_flat, bytes);
  flat = bytes[0];
  return factor;
}

// The doubles of 32-bit numbers without a sign: of their halves of 16 bits, each of which is a float exactly.
HWY_INLINE Doubles unsigned_doubles(hn::Vec<DU> v) {
  const V high = hn::ConvertTo(D(), hn::BitCast(DI(), hn::ShiftRight<16>(v)));
  const V low = hn::ConvertTo(D(), hn::BitCast(DI(), hn::And(v, hn::Set(DU(), 0xffff))));
  const VD scale = hn::Set(DD(), 65536.0);
  Doubles result;
  result.low = hn::Add(hn::Mul(hn::PromoteTo(DD(), lower(high)), scale), hn::PromoteTo(DD(), lower(low)));
  result.high = hn::Add(hn::Mul(hn::PromoteTo(DD(), upper(high)), scale), hn::PromoteTo(DD(), upper(low)));
  return result;
}

HWY_INLINE V factors(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* squares, uint32_t& flat) {
  // A sum of pixels is never negative: the inner window's is below 2^31 (kMaxSide).
  const Doubles s = unsigned_doubles(rectangle(sum, cascade.inner));
  const Doubles q = unsigned_doubles(rectangle(squares, cascade.inner));
  uint32_t flat_low = 0, flat_high = 0;
  const auto low = half_factor(s.low, q.low, cascade.area, flat_low);
  if constexpr (!kHalves) {
    flat = flat_low;
    return joined(low, low);
  }
  const auto high = half_factor(s.high, q.high, cascade.area, flat_high);
  flat = flat_low | flat_high << hn::Lanes(DD());
  return joined(low, high);
}

// Of a group's windows those that are looked at: not the one after a window that fails the first stage. `pass_over`:
// whether the first is passed over, then whether the next group's first is.
HWY_INLINE uint32_t visited(uint32_t failed, int count, bool& pass_over) {
  uint32_t bits = 0;
  for (int k = 0; k < count; ++k) {
    const uint32_t here = pass_over ? 0U : 1U;
    bits |= here << k;
    pass_over = (here & (failed >> k)) != 0;
  }
  return bits;
}

void ScanRow(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* squares, const uint32_t* tilted,
             int windows, float* results, std::vector<int>& found) {
  const int lanes = static_cast<int>(hn::Lanes(D()));
  bool pass_over = false;
  for (int k = 0; k < windows; k += lanes) {
    const int count = std::min(lanes, windows - k);
    uint32_t flat = 0;
    const V factor = factors(cascade, sum + k, squares + k, flat);
    const uint32_t* at = tilted == nullptr ? nullptr : tilted + k;
    const uint32_t failed = failing(cascade, cascade.stages[0], sum + k, at, factor, results) & ~flat;
    uint32_t alive = visited(failed, count, pass_over) & ~failed & ~flat;
    for (size_t s = 1; s < cascade.stages.size() && alive != 0; ++s) {
      alive &= ~failing(cascade, cascade.stages[s], sum + k, at, factor, results);
    }
    for (int i = 0; alive != 0; ++i, alive >>= 1) {
      if ((alive & 1) != 0) found.push_back(k + i);
    }
  }
}

}  // namespace fer::cascade::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::cascade {

HWY_EXPORT(ScanRow);

void scan_row(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* squares, const uint32_t* tilted,
              int windows, std::vector<int>& found) {
  // What the nodes of a tree lead to, 16 windows each.
  alignas(64) float few[16 * 8];
  if (cascade.largest_tree <= 8) {
    HWY_DYNAMIC_DISPATCH(ScanRow)(cascade, sum, squares, tilted, windows, few, found);
    return;
  }
  const auto many = hwy::AllocateAligned<float>(size_t{16} * cascade.largest_tree);
  HWY_DYNAMIC_DISPATCH(ScanRow)(cascade, sum, squares, tilted, windows, many.get(), found);
}

}  // namespace fer::cascade
#endif
