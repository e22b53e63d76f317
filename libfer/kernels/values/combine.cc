// Memory, not arithmetic, holds these up: plain loops.
#include "kernels/values/combine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.h"

namespace fer::kernels {
namespace {

constexpr int64_t kGrain = 16384;

// Pixels of one piece of a loop over [pixels, c].
int64_t pixel_grain(int64_t c) { return std::max<int64_t>(1, kGrain / c); }

}  // namespace

void gate_channels(const GateShape& s, std::span<const float> x, std::span<const float> gate, std::span<float> y) {
  parallel_ranges(s.n * s.pixels, pixel_grain(s.c), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const float *in = x.data() + p * s.c, *factor = gate.data() + p / s.pixels * s.c;
      float* out = y.data() + p * s.c;
      for (int64_t c = 0; c < s.c; ++c) out[c] = in[c] * factor[c];
    }
  });
}

void gate_channels_backward(const GateShape& s, std::span<const float> dy, std::span<const float> x,
                            std::span<const float> gate, std::span<float> dx, std::span<float> dgate) {
  if (!dgate.empty()) {
    parallel_for(s.n, [&](int64_t n) {
      float* sums = dgate.data() + n * s.c;
      std::fill_n(sums, s.c, 0.0f);
      for (int64_t p = n * s.pixels; p < (n + 1) * s.pixels; ++p) {
        const float *gradient = dy.data() + p * s.c, *in = x.data() + p * s.c;
        for (int64_t c = 0; c < s.c; ++c) sums[c] += gradient[c] * in[c];
      }
    });
  }
  if (!dx.empty()) gate_channels(s, dy, gate, dx);
}

void copy_into_channels(const PartShape& s, std::span<const float> part, std::span<float> all) {
  parallel_ranges(s.pixels, pixel_grain(s.part), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p)
      std::copy_n(part.data() + p * s.part, s.part, all.data() + p * s.all + s.first);
  });
}

void copy_from_channels(const PartShape& s, std::span<const float> all, std::span<float> part) {
  parallel_ranges(s.pixels, pixel_grain(s.part), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p)
      std::copy_n(all.data() + p * s.all + s.first, s.part, part.data() + p * s.part);
  });
}

void global_max_forward(const GateShape& s, std::span<const float> x, std::span<float> y, std::span<int32_t> winner) {
  parallel_for(s.n, [&](int64_t n) {
    float* best = y.data() + n * s.c;
    int32_t* at = winner.data() + n * s.c;
    std::fill_n(best, s.c, -std::numeric_limits<float>::infinity());
    std::fill_n(at, s.c, 0);
    for (int64_t p = 0; p < s.pixels; ++p) {
      const float* in = x.data() + (n * s.pixels + p) * s.c;
      for (int64_t c = 0; c < s.c; ++c) {
        const bool better = in[c] > best[c] || std::isnan(in[c]);
        best[c] = better ? in[c] : best[c];
        at[c] = better ? static_cast<int32_t>(p) : at[c];
      }
    }
  });
}

void global_max_backward(const GateShape& s, std::span<const float> dy, std::span<const int32_t> winner,
                         std::span<float> dx) {
  parallel_for(s.n, [&](int64_t n) {
    std::fill_n(dx.data() + n * s.pixels * s.c, s.pixels * s.c, 0.0f);
    for (int64_t c = 0; c < s.c; ++c) dx[(n * s.pixels + winner[n * s.c + c]) * s.c + c] = dy[n * s.c + c];
  });
}

}  // namespace fer::kernels
