// A loop with a race (`race`) and one without (`clean`), to see that ThreadSanitizer tells them apart: tools/test tsan.
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "core/parallel.h"

int main(int argc, char** argv) {
  const bool racing = argc == 2 && std::strcmp(argv[1], "race") == 0;
  fer::set_num_threads(2);
  std::array<long, 2> sums = {};
  for (int round = 0; round < 100; ++round) {
    // Both threads take part, however busy the machine is. (Relaxed: that puts nothing in an order.)
    std::array<bool, 2> here = {};
    std::atomic<int> arrived = 0;
    fer::parallel_for_slots(1000, 2, [&](int64_t i, int slot) {
      if (!here[static_cast<size_t>(slot)]) {
        here[static_cast<size_t>(slot)] = true;
        arrived.fetch_add(1, std::memory_order_relaxed);
        while (arrived.load(std::memory_order_relaxed) < 2) std::this_thread::yield();
      }
      sums[racing ? 0 : static_cast<size_t>(slot)] += i;
    });
    std::printf("%ld\n", sums[0] + sums[1]);
  }
}
