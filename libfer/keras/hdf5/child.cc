#include "keras/hdf5/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>

#include "fer/error.h"

namespace fer::keras_file {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;
constexpr int kNoMemory = 2;  // the child's status

void limit(__rlimit_resource resource, rlim_t value) {
  const rlimit limits = {value, value};
  ::setrlimit(resource, &limits);
}

// Bytes of address space in use. (Sanitizers map terabytes, so a limit must be relative to it.)
size_t address_space() {
  unsigned long long pages = 0;
  FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  if (std::fscanf(file, "%llu", &pages) != 1) pages = 0;
  std::fclose(file);
  return pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

// AddressSanitizer opens /proc/self/maps wherever something is thrown.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kOpensFiles = true;
#elif defined(__has_feature)
constexpr bool kOpensFiles = __has_feature(address_sanitizer);
#else
constexpr bool kOpensFiles = false;
#endif

void confine(const ChildLimits& limits) {
  // What libraries and sanitizers say when they die is of no use to the user.
  if (const int null = ::open("/dev/null", O_WRONLY); null >= 0) ::dup2(null, STDERR_FILENO);
  if (const size_t used = address_space(); used > 0) limit(RLIMIT_AS, used + limits.memory_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  // What is open stays; nothing else can be opened: no other file, no library.
  if (!kOpensFiles) limit(RLIMIT_NOFILE, 0);
}

[[noreturn]] void run(int fd, const ChildLimits& limits, const std::function<void()>& prepare,
                      const std::function<void(Sender&)>& work) {
  try {
    std::signal(SIGPIPE, SIG_DFL);
    Sender sender(fd);
    prepare();
    confine(limits);
    work(sender);
    sender.flush();
  } catch (const std::bad_alloc&) {
    ::_exit(kNoMemory);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

void Sender::text(std::string_view value) {
  number(value.size());
  bytes(value.data(), value.size());
}

void Sender::bytes(const void* data, size_t size) {
  if (buffer_.size() + size > kBufferBytes) flush();
  if (size > kBufferBytes) return write_out(static_cast<const char*>(data), size);
  buffer_.append(static_cast<const char*>(data), size);
}

void Sender::flush() {
  write_out(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void Sender::write_out(const char* data, size_t size) const {
  while (size > 0) {
    const ssize_t written = ::write(fd_, data, size);
    if (written < 0 && errno != EINTR) ::_exit(1);
    if (written <= 0) continue;
    data += written;
    size -= static_cast<size_t>(written);
  }
}

Child::Child(const ChildLimits& limits, const std::function<void()>& prepare, const std::function<void(Sender&)>& work)
    : cpu_seconds_(limits.cpu_seconds) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("no pipe to a process that reads the file");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(ends[0]);
    run(ends[1], limits, prepare, work);
  }
  ::close(ends[1]);
  fd_ = ends[0];
  if (pid_ < 0) {
    ::close(fd_);
    throw Error("no process to read the file in");
  }
}

Child::~Child() {
  ::close(fd_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::fail() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)) {
    throw Error(
        fmt::format("expected a file that libhdf5 reads within {} s, found one that takes longer", cpu_seconds_));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoMemory) {
    throw Error("not enough memory to read the HDF5 file, or one that needs more than it may take");
  }
  throw Error("expected a whole HDF5 file, found one that libhdf5 fails on, or it has too little memory");
}

void Child::bytes(void* data, size_t size) {
  char* to = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t count = ::read(fd_, to, size);
    if (count == 0 || (count < 0 && errno != EINTR)) fail();
    if (count <= 0) continue;
    to += count;
    size -= static_cast<size_t>(count);
  }
}

uint64_t Child::number() {
  uint64_t value = 0;
  bytes(&value, sizeof value);
  return value;
}

std::string Child::text(size_t limit) {
  const uint64_t size = number();
  if (size > limit) throw Error(fmt::format("expected texts of at most {} bytes, found a longer one", limit));
  std::string value(size, '\0');
  bytes(value.data(), value.size());
  return value;
}

}  // namespace fer::keras_file
