// Memory that is not there is no damage of the picture.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <new>

#include "fer/error.h"
#include "fer/image.h"
#include "tests/support/sanitizers.h"

namespace fer {
namespace {

enum Outcome { kDecoded, kNoMemory, kCalledBad, kOther };

rlim_t address_space_bytes() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// In a process of its own, which may take so many bytes more.
Outcome decoded_within(const std::string& png, rlim_t more) {
  const pid_t child = ::fork();
  if (child == 0) {
    rlimit limit = {};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = address_space_bytes() + more;
    ::setrlimit(RLIMIT_AS, &limit);
    Outcome outcome = kDecoded;
    try {
      decode_image({reinterpret_cast<const uint8_t*>(png.data()), png.size()});
    } catch (const std::bad_alloc&) {
      outcome = kNoMemory;
    } catch (const Error&) {
      outcome = kCalledBad;
    }
    ::_exit(outcome);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : kOther;
}

TEST(DecodeImage, WithoutMemoryAPictureIsNotCalledBad) {
#if defined(FER_TEST_ASAN) || defined(FER_TEST_TSAN)
  GTEST_SKIP() << "sanitizers need all of the address space";
#endif
  // One row of a million pixels, of which libpng keeps several.
  const std::string png = encode_png({1, 1000000, 3, std::vector<uint8_t>(3000000, 7)});
  int decoded = 0, no_memory = 0;
  for (rlim_t more = 0; more <= rlim_t{32} << 20; more += rlim_t{1} << 20) {
    const Outcome outcome = decoded_within(png, more);
    decoded += outcome == kDecoded ? 1 : 0;
    no_memory += outcome == kNoMemory ? 1 : 0;
    EXPECT_TRUE(outcome == kDecoded || outcome == kNoMemory) << outcome << " within " << more << " bytes more";
  }
  EXPECT_GT(decoded, 0);
  EXPECT_GT(no_memory, 4);  // more than the picture's own pixels want
}

}  // namespace
}  // namespace fer
