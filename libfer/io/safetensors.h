// The safetensors format: 8 bytes little-endian header length, a JSON header, raw tensors. docs/model-format.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_file.h"
#include "fer/tensor.h"

namespace fer::io {

enum class Dtype { kF32, kBf16, kU8, kI8, kI64 };
const char* dtype_name(Dtype dtype);

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  Shape shape;
  std::span<const std::byte> data;  // into the caller's buffer
};

// Serialises and writes atomically. Entries are laid out in the order given, without gaps, the first at a multiple of
// 64 bytes. Throws Error on a repeated name, text that is not UTF-8, data whose size is not the shape's, and as
// write_file_atomically does.
void write_safetensors(const std::string& path, const std::vector<SafetensorsEntry>& entries,
                       const std::map<std::string, std::string>& metadata);

// A parsed file; entries point into `content`, at any alignment. May be moved, not copied.
struct SafetensorsFile {
  std::string content;
  std::map<std::string, std::string> metadata;  // without the checksum
  std::vector<SafetensorsEntry> entries;        // by name; their data are empty until load_tensors()

  SafetensorsFile() = default;
  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;
  // Throws Error naming the tensor when it is absent.
  const SafetensorsEntry& find(const std::string& name) const;
  // Reads the tensors, once. Throws Error where that fails, and where the file has a checksum and it is not that of the
  // content.
  void load_tensors();

 private:
  friend SafetensorsFile open_safetensors(const std::string& path);
  friend SafetensorsFile parse_safetensors(std::string content, const std::string& where);
  struct Extent {
    size_t begin = 0, end = 0;  // in content
  };
  void take_header(std::string_view text, uint64_t file_bytes);
  void check_sum() const;

  std::string where_;
  std::optional<core::InputFile> file_;  // open until the tensors are read
  std::vector<Extent> extents_;          // of the entries
  std::optional<std::string> checksum_;
  bool loaded_ = false;
};

// Reads the header alone: what it says can be looked at before memory is taken for the tensors. Throws Error on
// anything but a well-formed file: header length beyond the file, bad JSON, duplicate names, offsets that overlap,
// leave gaps, or lie outside, sizes that do not match dtype and shape, unknown dtypes, products that overflow.
SafetensorsFile open_safetensors(const std::string& path);
// With the tensors.
SafetensorsFile read_safetensors(const std::string& path);
// With the tensors; `where` names the content in messages.
SafetensorsFile parse_safetensors(std::string content, const std::string& where);

}  // namespace fer::io
