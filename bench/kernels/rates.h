// How benchmarks state their rates, and the memory that they work on.
#pragma once

#include <benchmark/benchmark.h>

#include <span>

#include "bench/kernels/peak.h"
#include "core/random.h"
#include "fer/tensor.h"

namespace fer::bench {

inline constexpr int64_t kBatch = 64;

// GFLOP/s of the direct algorithm's work, which other algorithms do with fewer operations: above 100 % of the peak, the
// arithmetic itself has become less.
inline void state_flops(benchmark::State& state, double macs) {
  const double rate = 2 * macs * 1e-9;
  state.counters["GFLOP/s"] = benchmark::Counter(rate, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["%peak"] =
      benchmark::Counter(100 * rate / peak().gflops, benchmark::Counter::kIsIterationInvariantRate);
}

// Bytes that must be read and written at least.
inline void state_bytes(benchmark::State& state, double bytes) {
  const double rate = bytes * 1e-9;
  state.counters["GB/s"] = benchmark::Counter(rate, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["%peak"] =
      benchmark::Counter(100 * rate / peak().gigabytes_second, benchmark::Counter::kIsIterationInvariantRate);
}

inline constexpr double floats(int64_t count) { return static_cast<double>(count) * sizeof(float); }

// Values in [-1, 1).
inline Tensor random_values(int64_t count) {
  Tensor values({count});
  const RandomStream stream{.seed = 1, .use = RandomUse::kSynthetic};
  uint64_t i = 0;
  for (float& v : values.values()) v = static_cast<float>(2 * random_unit(stream, i++) - 1);
  return values;
}

}  // namespace fer::bench
