// The safetensors format: 8 bytes little-endian header length, a JSON header, raw tensors. docs/model-format.md.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fer/tensor.h"

namespace fer::io {

enum class Dtype { kF32, kU8, kI8, kI64 };

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
  std::map<std::string, std::string> metadata;
  std::vector<SafetensorsEntry> entries;  // by name

  SafetensorsFile() = default;
  SafetensorsFile(SafetensorsFile&&) = default;
  SafetensorsFile& operator=(SafetensorsFile&&) = default;
  // Throws Error naming the tensor when it is absent.
  const SafetensorsEntry& find(const std::string& name) const;
};
// Throws Error on anything but a well-formed file: header length beyond the file, bad JSON, duplicate names, offsets
// that overlap, leave gaps, or lie outside, sizes that do not match dtype and shape, unknown dtypes, products that
// overflow. `where` names the content in messages.
SafetensorsFile read_safetensors(const std::string& path);
SafetensorsFile parse_safetensors(std::string content, const std::string& where);

}  // namespace fer::io
