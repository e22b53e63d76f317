// Reading and checking fer2013.csv: FER2013_CSV=.../fer2013.csv bench. The file's pages should be in the page cache
// (run it twice).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "fer/dataset.h"
#include "fer/threads.h"

namespace {

void read_csv(benchmark::State& state) {
  const char* path = std::getenv("FER2013_CSV");
  if (path == nullptr) {
    state.SkipWithError("set FER2013_CSV to the path of fer2013.csv");
    return;
  }
  fer::set_num_threads(static_cast<int>(state.range(0)));
  int64_t rows = 0;
  for (auto _ : state) {
    const fer::Dataset data = fer::read_fer_csv(path);
    rows = data.size();
    benchmark::DoNotOptimize(data.pixels.data());
  }
  fer::set_num_threads(0);
  state.counters["rows"] = static_cast<double>(rows);
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(std::filesystem::file_size(path)));
}
BENCHMARK(read_csv)->Arg(1)->Arg(2)->ArgName("threads")->Iterations(1)->Repetitions(5)->UseRealTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
