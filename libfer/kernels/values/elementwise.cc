// The kernels of elementwise.h that memory, not arithmetic, holds up: plain loops.
#include "kernels/values/elementwise.h"

#include <algorithm>
#include <cmath>

#include "core/parallel.h"

namespace fer::kernels {
namespace {

constexpr int64_t kGrain = 16384;

// Sum of f(begin, end) over fixed chunks of n, added in order.
template <class F>
double sum_over_chunks(int64_t n, const F& f) {
  // Enough chunks for the threads, few enough for the stack; their size depends on n alone.
  constexpr int64_t kMaxChunks = 512;
  const int64_t grain = std::max<int64_t>(kGrain, (n + kMaxChunks - 1) / kMaxChunks), chunks = (n + grain - 1) / grain;
  double parts[kMaxChunks];
  parallel_for(chunks, [&](int64_t i) { parts[i] = f(i * grain, std::min(n, (i + 1) * grain)); });
  double sum = 0;
  for (int64_t i = 0; i < chunks; ++i) sum += parts[i];
  return sum;
}

int64_t size_of(std::span<const float> x) { return static_cast<int64_t>(x.size()); }

// Eight sums side by side, so that additions need not wait for each other.
template <class F>
double sum_terms(int64_t begin, int64_t end, const F& term) {
  double sums[8] = {};
  int64_t i = begin;
  for (; i + 8 <= end; i += 8) {
    for (int64_t j = 0; j < 8; ++j) sums[j] += term(i + j);
  }
  for (; i < end; ++i) sums[0] += term(i);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace

void add(std::span<const float> a, std::span<const float> b, std::span<float> y) {
  parallel_ranges(size_of(y), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = a[i] + b[i];
  });
}

double add_regularizer(float l1, float l2, std::span<const float> w, std::span<float> gradient) {
  return sum_over_chunks(size_of(w), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      gradient[i] += l1 * static_cast<float>((w[i] > 0) - (w[i] < 0)) + 2 * l2 * w[i];
    return sum_terms(begin, end, [&](int64_t i) {
      const double v = w[i];
      return l1 * std::fabs(v) + l2 * v * v;
    });
  });
}

double sum_of_squares(std::span<const float> x) {
  return sum_over_chunks(size_of(x), [&](int64_t begin, int64_t end) {
    return sum_terms(begin, end, [&](int64_t i) { return static_cast<double>(x[i]) * x[i]; });
  });
}

void scale_values(float factor, std::span<float> x) {
  parallel_ranges(size_of(x), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) x[i] *= factor;
  });
}

void clip_values(float limit, std::span<float> x) {
  parallel_ranges(size_of(x), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) x[i] = std::clamp(x[i], -limit, limit);
  });
}

}  // namespace fer::kernels
