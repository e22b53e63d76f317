// A function that runs in a child process, with bounded memory and processor time and no way to open a file, and sends
// bytes to its parent. Whatever happens to the child, the parent goes on.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fer::keras_file {

struct ChildLimits {
  size_t memory_bytes = 0;  // above what the process has when it is forked
  uint64_t cpu_seconds = 0;
};

// The child's end of the pipe. Ends the child where the parent does not listen any more.
class Sender {
 public:
  explicit Sender(int fd) : fd_(fd) {}
  void number(uint64_t value) { bytes(&value, sizeof value); }
  void text(std::string_view value);
  void bytes(const void* data, size_t size);
  void flush();

 private:
  void write_out(const char* data, size_t size) const;

  int fd_;
  std::string buffer_;
};

class Child {
 public:
  // Forks. In the child: `prepare` (which may open files), then the limits, then `work`, and the end; what they throw
  // ends it too. Throws Error where no process can be made.
  Child(const ChildLimits& limits, const std::function<void()>& prepare, const std::function<void(Sender&)>& work);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // What the child sent, in order. Throws Error saying how the child ended where there is no more of it, and on texts
  // longer than `limit`.
  uint64_t number();
  std::string text(size_t limit);
  void bytes(void* data, size_t size);

 private:
  [[noreturn]] void fail();

  pid_t pid_ = -1;
  int fd_ = -1;
  uint64_t cpu_seconds_;
};

}  // namespace fer::keras_file
