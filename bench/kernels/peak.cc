#include "bench/kernels/peak.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "core/parallel.h"
#include "kernels/simd/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/kernels/peak.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fer::bench::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// More chains of multiply-adds than their latency times the units that do them. Returns the number of operations.
double MultiplyAdds(int64_t rounds, float* out) {
  const hn::ScalableTag<float> d;
  constexpr int kChains = HWY_MAX_BYTES == 64 ? 24 : 12;
  hn::Vec<decltype(d)> sums[kChains];
  for (auto& sum : sums) sum = hn::Set(d, *out);
  const auto factor = hn::Set(d, 0.999f), term = hn::Set(d, 0.001f);
  for (int64_t i = 0; i < rounds; ++i) {
    _Pragma("GCC unroll 24") for (int c = 0; c < kChains; ++c) sums[c] = hn::MulAdd(sums[c], factor, term);
  }
  auto total = sums[0];
  for (int c = 1; c < kChains; ++c) total = hn::Add(total, sums[c]);
  *out = hn::GetLane(total);
  return 2.0 * static_cast<double>(rounds) * kChains * static_cast<double>(hn::Lanes(d));
}

}  // namespace fer::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fer::bench {
namespace {

HWY_EXPORT(MultiplyAdds);

double median_seconds(const std::function<void()>& work) {
  constexpr int kRuns = 7;
  std::vector<double> seconds;
  for (int i = 0; i < kRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + kRuns / 2, seconds.end());
  return seconds[kRuns / 2];
}

double measure_gflops() {
  constexpr int64_t kRounds = 2'000'000;
  const auto threads = static_cast<int64_t>(num_threads());
  std::vector<float> results(static_cast<size_t>(threads) * 16, 1.0f);
  double operations = 0;
  const double seconds = median_seconds([&] {
    parallel_for(threads, [&](int64_t t) {
      const double done = HWY_DYNAMIC_DISPATCH(MultiplyAdds)(kRounds, &results[static_cast<size_t>(t) * 16]);
      if (t == 0) operations = done;
    });
  });
  return operations * static_cast<double>(threads) / seconds / 1e9;
}

double measure_bandwidth() {
  constexpr int64_t kFloats = 64 << 20;
  std::vector<float> a(kFloats, 1.0f), b(kFloats, 2.0f), c(kFloats);
  const double seconds = median_seconds([&] {
    parallel_ranges(kFloats, 1 << 16, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        c[static_cast<size_t>(i)] = a[static_cast<size_t>(i)] + 3.0f * b[static_cast<size_t>(i)];
    });
  });
  return 3.0 * kFloats * sizeof(float) / seconds / 1e9;
}

}  // namespace

const Peak& peak() {
  static const Peak measured{measure_gflops(), measure_bandwidth()};
  return measured;
}

}  // namespace fer::bench
#endif
