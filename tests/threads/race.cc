// A loop with a race (`race`) and one without (`clean`), to see that ThreadSanitizer tells them apart: tools/test tsan.
#include <omp.h>

#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  const bool racing = argc == 2 && std::strcmp(argv[1], "race") == 0;
  long sums[2] = {0, 0};
  for (int round = 0; round < 100; ++round) {
#pragma omp parallel num_threads(2)
    {
      long& sum = sums[racing ? 0 : omp_get_thread_num()];
#pragma omp for schedule(static)
      for (int i = 0; i < 1000; ++i) sum += i;
    }
    std::printf("%ld\n", sums[0] + sums[1]);
  }
}
