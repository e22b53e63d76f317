// Every kernel at every shape of seed002_vgg8 and seed000_cnn48, depthwise convolutions at mini-Xception's.
// FER_THREADS=N: on N threads (0: every core).
//   kernels_bench --benchmark_filter='conv/seed002_vgg8/.*/forward'
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/kernels/rates.h"
#include "fer/threads.h"

int main(int argc, char** argv) {
  if (const char* threads = std::getenv("FER_THREADS")) fer::set_num_threads(std::atoi(threads));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const fer::bench::Peak& peak = fer::bench::peak();
  benchmark::AddCustomContext("instruction_set", fer::active_target());
  benchmark::AddCustomContext("threads", std::to_string(fer::num_threads()));
  benchmark::AddCustomContext("peak_gflops", std::to_string(peak.gflops));
  benchmark::AddCustomContext("peak_gigabytes_second", std::to_string(peak.gigabytes_second));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
