// Benchmarks made from lists of layers rather than written out one by one.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

namespace fer::bench {

// A global object of this type registers what `make` adds, before main runs.
struct Registration {
  explicit Registration(void (*make)()) { make(); }
};

inline void add(const std::string& name, std::function<void(benchmark::State&)> run) {
  benchmark::RegisterBenchmark(name.c_str(), std::move(run))->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace fer::bench
