// What this machine can do at most, measured: the roof over every kernel's rate.
#pragma once

namespace fer::bench {

struct Peak {
  double gflops = 0;            // fused multiply-adds, counted as 2, on all threads with the widest vectors
  double gigabytes_second = 0;  // reading two arrays and writing one, all far larger than the caches
};

// Measured at the first call, for num_threads() threads.
const Peak& peak();

}  // namespace fer::bench
