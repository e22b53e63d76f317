// Files that are read: opened in one place, so that every reader refuses the same things in the same words.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/descriptor.h"

namespace fer::core {

// What is said, after the path, of something that is no regular file: "expected a CSV file, found a directory".
using OtherKind = std::function<std::string(mode_t)>;
OtherKind other_than(const char* expected);

// A regular file, open for reading. Its bytes are read by position, from many threads if need be.
class InputFile {
 public:
  // Never waits: a pipe is refused, whether somebody writes to it or not. Throws Error: "PATH: cannot be read: REASON",
  // or what `other` says.
  explicit InputFile(const std::string& path, const OtherKind& other = other_than("a regular file"));

  const std::string& path() const { return path_; }
  // When it was opened.
  uint64_t size() const { return size_; }
  int descriptor() const { return file_.get(); }
  // The bytes from `begin` on, as many as `out` holds. Throws Error where the file ends before.
  void read(uint64_t begin, std::span<char> out) const;
  // As many of the first bytes as there are up to `count`.
  std::string beginning(size_t count) const;

 private:
  std::string path_;
  Descriptor file_;
  uint64_t size_ = 0;
};

// The whole of a regular file, or of a pipe that a shell made, which is waited for. Throws Error as InputFile does, and
// where there are more than `limit_bytes`.
std::string read_whole(const std::string& path, size_t limit_bytes, const OtherKind& other);

}  // namespace fer::core
