// Between floats and bytes, and the largest of bytes.
#include <algorithm>

#include "core/parallel.h"
#include "kernels/int8/finish.h"
#include "kernels/int8/gemm.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int8/elementwise.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/simd/bytes-inl.h"
#include "kernels/simd/masked_load-inl.h"
#include "kernels/simd/relu-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fer::kernels::HWY_NAMESPACE {

struct Quantizer {
  V inverse, zero;
  explicit Quantizer(const Int8Range& range)
      : inverse(hn::Set(D(), 1.0f / range.scale)), zero(hn::Set(D(), static_cast<float>(range.zero))) {}
  // Of `count` values; a vector's worth of bytes is written where there is room.
  HWY_INLINE void store(V v, int64_t count, uint8_t* q) const {
    // Within the bytes before it becomes an integer: larger floats have none.
    const V scaled = hn::Add(hn::Mul(v, inverse), zero);
    const V clamped = hn::Min(hn::Max(scaled, hn::Zero(D())), hn::Set(D(), 255.0f));
    const auto bytes = hn::DemoteTo(DB(), hn::NearestInt(clamped));
    if (count >= kLanes) {
      hn::StoreU(bytes, DB(), q);
      return;
    }
    alignas(64) uint8_t lanes[kLanes];
    hn::Store(bytes, DB(), lanes);
    std::copy_n(lanes, count, q);
  }
};

HWY_INLINE V finished(const Int8Epilogue& e, int64_t channel, hn::Mask<D> mask, const int32_t* sums) {
  const V sum = hn::ConvertTo(D(), hn::LoadU(DI(), sums));
  V v = hn::Mul(sum, masked_load(mask, D(), e.multiplier + channel));
  if (e.bias != nullptr) v = hn::Add(v, masked_load(mask, D(), e.bias + channel));
  if (e.relu) v = capped_relu(v, hn::Set(D(), e.relu_cap));
  if (e.after_scale != nullptr) {
    v = hn::MulAdd(v, masked_load(mask, D(), e.after_scale + channel), masked_load(mask, D(), e.after_shift + channel));
  }
  return v;
}

// Calls store(value, how many lanes exist, offset) for all of the sums.
template <class Store>
void finish(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums,
            const Store& store) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    const int64_t count = std::min(kLanes, channels - c);
    const auto mask = hn::FirstN(D(), static_cast<size_t>(count));
    for (int64_t r = 0; r < rows; ++r)
      store(finished(e, channel + c, mask, sums + r * kInt8Panel + c), count, mask, r, c);
  }
}

void FinishFloats(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums, float* y,
                  int64_t y_row) {
  finish(e, rows, channel, channels, sums, [&](V v, int64_t, hn::Mask<D> mask, int64_t r, int64_t c) {
    hn::BlendedStore(v, mask, D(), y + r * y_row + c);
  });
}

void FinishBytes(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums,
                 const Int8Range& range, uint8_t* y, int64_t y_row) {
  const Quantizer quantizer(range);
  finish(e, rows, channel, channels, sums,
         [&](V v, int64_t count, hn::Mask<D>, int64_t r, int64_t c) { quantizer.store(v, count, y + r * y_row + c); });
}

void Quantize(int64_t rows, int64_t c, const Int8Range& range, const float* x, uint8_t* q) {
  const Quantizer quantizer(range);
  const int64_t cell = byte_cell(c);
  for (int64_t r = 0; r < rows; ++r, x += c, q += cell) {
    for (int64_t i = 0; i < c; i += kLanes) {
      const int64_t count = std::min(kLanes, c - i);
      quantizer.store(masked_load(hn::FirstN(D(), static_cast<size_t>(count)), D(), x + i), count, q + i);
    }
    std::fill(q + c, q + cell, uint8_t{0});
  }
}

// y = max(y, x) of n bytes.
void LargerBytes(int64_t n, const uint8_t* x, uint8_t* y) {
  const hn::ScalableTag<uint8_t> d;
  constexpr int64_t kBytes = hn::MaxLanes(d);
  int64_t i = 0;
  for (; i + kBytes <= n; i += kBytes) hn::StoreU(hn::Max(hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, y + i);
  for (; i < n; ++i) y[i] = std::max(x[i], y[i]);
}

}  // namespace fer::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::kernels {

HWY_EXPORT(FinishFloats);
HWY_EXPORT(FinishBytes);
HWY_EXPORT(Quantize);
HWY_EXPORT(LargerBytes);

void int8_finish(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums, float* y,
                 int64_t y_row) {
  HWY_DYNAMIC_DISPATCH(FinishFloats)(e, rows, channel, channels, sums, y, y_row);
}

void int8_finish(const Int8Epilogue& e, int64_t rows, int64_t channel, int64_t channels, const int32_t* sums,
                 const Int8Range& range, uint8_t* y, int64_t y_row) {
  HWY_DYNAMIC_DISPATCH(FinishBytes)(e, rows, channel, channels, sums, range, y, y_row);
}

void int8_quantize(int64_t rows, int64_t c, const Int8Range& range, const float* x, uint8_t* q) {
  parallel_ranges(rows, 512, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(Quantize)(end - begin, c, range, x + begin * c, q + begin * byte_cell(c));
  });
}

void int8_max_pool(const PoolShape& s, const uint8_t* x, uint8_t* y) {
  const int64_t cell = byte_cell(s.c);
  parallel_for(s.n * s.oh, [&](int64_t row) {
    const int64_t n = row / s.oh, top = row % s.oh * s.sh - s.pad_top;
    uint8_t* out = y + row * s.ow * cell;
    for (int64_t ow = 0; ow < s.ow; ++ow, out += cell) {
      const int64_t left = ow * s.sw - s.pad_left;
      std::fill_n(out, cell, uint8_t{0});  // no byte is less
      for (int64_t h = std::max<int64_t>(top, 0); h < std::min(top + s.kh, s.h); ++h) {
        for (int64_t w = std::max<int64_t>(left, 0); w < std::min(left + s.kw, s.w); ++w)
          HWY_DYNAMIC_DISPATCH(LargerBytes)(cell, x + ((n * s.h + h) * s.w + w) * cell, out);
      }
    }
  });
}

}  // namespace fer::kernels
#endif
