#include <algorithm>

#include "core/parallel.h"
#include "kernels/simd/target.h"
#include "kernels/values/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/values/dropout.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/masked_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

using DU = hn::ScalableTag<uint32_t>;
using U = hn::Vec<DU>;

#if HWY_TARGET != HWY_SCALAR
// The high and low halves of a * m.
HWY_INLINE void multiply_wide(U a, uint32_t m, U& high, U& low) {
  const DU d;
  const hn::RepartitionToWide<DU> d64;
  const U factor = hn::Set(d, m);
  const auto even = hn::MulEven(a, factor);
  const auto odd = hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(d64, a))), factor);
  high = hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, hn::ShiftRight<32>(even)));
  low = hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(odd)), hn::BitCast(d, even));
}

// Philox 4x32-10 (core/random.h) on kLanes blocks at once; words[i] holds word i of every block.
HWY_INLINE void philox_blocks(U* words, uint32_t key0, uint32_t key1) {
  const DU d;
  for (int round = 0; round < 10; ++round) {
    U high0, low0, high1, low1;
    multiply_wide(words[0], 0xD2511F53u, high0, low0);
    multiply_wide(words[2], 0xCD9E8D57u, high1, low1);
    words[0] = hn::Xor(hn::Xor(high1, words[1]), hn::Set(d, key0));
    words[2] = hn::Xor(hn::Xor(high0, words[3]), hn::Set(d, key1));
    words[1] = low1;
    words[3] = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

// units[4 * block + word] for blocks first .. first + kLanes - 1, as random_unit gives them.
HWY_INLINE void units_of_blocks(const RandomStream& stream, uint64_t first, float* units) {
  const DU d;
  // Blocks of one call share the upper half of the index: the caller starts at multiples of kLanes.
  const auto high = (static_cast<uint32_t>(first >> 32) & 0xffffffu) | (static_cast<uint32_t>(stream.use) << 24);
  U words[4] = {hn::Iota(d, static_cast<uint32_t>(first)), hn::Set(d, high), hn::Set(d, stream.a),
                hn::Set(d, stream.b)};
  philox_blocks(words, static_cast<uint32_t>(stream.seed), static_cast<uint32_t>(stream.seed >> 32));
  const D df;
  const auto scale = hn::Set(df, 0x1p-24f);
  hn::Vec<D> f[4];
  for (int i = 0; i < 4; ++i)
    f[i] = hn::Mul(hn::ConvertTo(df, hn::BitCast(hn::RebindToSigned<DU>(), hn::ShiftRight<8>(words[i]))), scale);
  hn::StoreInterleaved4(f[0], f[1], f[2], f[3], df, units);
}
#else
HWY_INLINE void units_of_blocks(const RandomStream& stream, uint64_t first, float* units) {
  const auto words = random_block(stream, first);
  for (int i = 0; i < 4; ++i) units[i] = to_unit_float(words[i]);
}
#endif

// Values [begin, end), begin a multiple of 4 * kLanes.
void DropoutRange(const RandomStream& stream, float rate, const float* x, float* y, int64_t begin, int64_t end) {
  const D d;
  const auto limit = hn::Set(d, rate), scale = hn::Set(d, 1 / (1 - rate));
  HWY_ALIGN float units[4 * kLanes];
  for (int64_t i = begin; i < end; i += 4 * kLanes) {
    units_of_blocks(stream, static_cast<uint64_t>(i) / 4, units);
    for (int64_t j = 0; j < 4 * kLanes && i + j < end; j += kLanes) {
      const auto mask = hn::FirstN(d, static_cast<size_t>(std::min(kLanes, end - i - j)));
      const auto kept = hn::Ge(hn::Load(d, units + j), limit);
      const auto value = hn::Mul(masked_load(mask, d, x + i + j), scale);
      hn::BlendedStore(hn::IfThenElseZero(kept, value), mask, d, y + i + j);
    }
  }
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(DropoutRange);

void dropout(const RandomStream& stream, float rate, std::span<const float> x, std::span<float> y) {
  // A multiple of four whole vectors on every instruction set.
  constexpr int64_t kGrain = 8192;
  const auto kernel = HWY_DYNAMIC_DISPATCH(DropoutRange);
  parallel_ranges(static_cast<int64_t>(y.size()), kGrain,
                  [&](int64_t begin, int64_t end) { kernel(stream, rate, x.data(), y.data(), begin, end); });
}

}  // namespace fer::kernels
#endif
