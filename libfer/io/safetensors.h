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

enum class Dtype { kF32, kU8, kI64 };

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  Shape shape;
  std::span<const std::byte> data;  // into the caller's buffer
};

// Serialises and writes atomically. Entries are laid out in the order given, without gaps.
void write_safetensors(const std::string& path, const std::vector<SafetensorsEntry>& entries,
                       const std::map<std::string, std::string>& metadata);

// A parsed file; entries point into `content`.
struct SafetensorsFile {
  std::string content;
  std::map<std::string, std::string> metadata;
  std::vector<SafetensorsEntry> entries;
  // Throws Error naming the tensor when it is absent, or of another dtype or shape.
  const SafetensorsEntry& find(const std::string& name) const;
};
// Throws Error on anything but a well-formed file: header length beyond the file, bad JSON, duplicate names, offsets
// that overlap, leave gaps, or lie outside, sizes that do not match dtype and shape, unknown dtypes, products that
// overflow.
SafetensorsFile read_safetensors(const std::string& path);
SafetensorsFile parse_safetensors(std::string content, const std::string& where);

}  // namespace fer::io
