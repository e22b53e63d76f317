// Loaded into a program before its libraries (LD_PRELOAD), with failing_allocator.cc: from the program's start on, of
// its allocations those fail that FER_FAIL_FROM and FER_FAIL_COUNT name. FER_COUNT_TO: a file that gets their number.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/support/failing_allocator.h"

namespace {

int64_t number_in(const char* name, int64_t usual) {
  const char* text = std::getenv(name);
  return text == nullptr ? usual : std::atoll(text);
}

// (Its destructor runs last of all, so what is written there takes no memory.)
struct FromTheStart {
  fer::CountedAllocations counted{number_in("FER_FAIL_FROM", INT64_MAX), number_in("FER_FAIL_COUNT", 0)};

  ~FromTheStart() {
    const char* path = std::getenv("FER_COUNT_TO");
    if (path == nullptr) return;
    char digits[24];
    size_t at = sizeof digits;
    for (int64_t n = fer::counted_allocations(); at == sizeof digits || n > 0; n /= 10) {
      digits[--at] = static_cast<char>('0' + n % 10);
    }
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)!::write(fd, digits + at, sizeof digits - at);
    ::close(fd);
  }
} from_the_start;

}  // namespace
