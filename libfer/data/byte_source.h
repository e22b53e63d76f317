// Bytes that are read in pieces, from memory or from a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_file.h"

namespace fer::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual int64_t size() const = 0;
  // The bytes [begin, end) of it, which may lie in `buffer`; valid until the next call with that buffer. Safe to call
  // from many threads with a buffer each. Throws Error where they cannot be read.
  virtual std::string_view read(int64_t begin, int64_t end, std::vector<char>& buffer) const = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  std::string_view read(int64_t begin, int64_t end, std::vector<char>& buffer) const override;

 private:
  std::string_view bytes_;
};

// A regular file, read with pread. Against a memory map of fer2013.csv: the same speed, but 88 MiB resident at the end
// instead of 374, and no SIGBUS when somebody cuts the file short.
class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : file_(path, core::other_than("a CSV file")) {}
  int64_t size() const override { return static_cast<int64_t>(file_.size()); }
  std::string_view read(int64_t begin, int64_t end, std::vector<char>& buffer) const override;

 private:
  core::InputFile file_;
};

}  // namespace fer::data
