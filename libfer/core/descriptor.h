// File descriptors that close themselves, and the errors of the system in words.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "fer/error.h"

namespace fer::core {

// "PATH: cannot be DOING: No such file or directory".
[[noreturn]] inline void fail(const std::string& path, const char* doing, int error) {
  throw Error(path + ": cannot be " + doing + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Repeats a system call as long as a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

// Writes all bytes. Returns 0, or errno.
inline int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (written < 0) return errno;
    if (written == 0) return EIO;  // a device that takes nothing would be asked for ever
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Syncs a folder's list of names. Returns 0, or errno.
int sync_folder(const std::string& folder);

}  // namespace fer::core
