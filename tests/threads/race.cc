// A loop with a race (`race`) and one without (`clean`), to see that ThreadSanitizer tells them apart: tools/test tsan.
#include <array>
#include <cstdio>
#include <cstring>

#include "core/parallel.h"

int main(int argc, char** argv) {
  const bool racing = argc == 2 && std::strcmp(argv[1], "race") == 0;
  fer::set_num_threads(2);
  std::array<long, 2> sums = {};
  for (int round = 0; round < 100; ++round) {
    fer::parallel_for_slots(1000, 2, [&](int64_t i, int slot) { sums[racing ? 0 : static_cast<size_t>(slot)] += i; });
    std::printf("%ld\n", sums[0] + sums[1]);
  }
}
