#include "io/checksum.h"

#include <fmt/format.h>
#include <isa-l/crc64.h>

#include <algorithm>
#include <string_view>

namespace fer::io {
namespace {

// A CRC finds every flipped bit and every damaged run of up to 64 bits for certain.
class Sum {
 public:
  // A length in front of each piece, so that no two files give the same row of bytes.
  void add(std::string_view bytes) {
    const uint64_t length = bytes.size();
    take(&length, sizeof length);
    take(bytes.data(), bytes.size());
  }
  uint64_t value() const { return crc_; }

 private:
  void take(const void* data, size_t size) {
    crc_ = crc64_ecma_refl(crc_, static_cast<const unsigned char*>(data), size);
  }
  uint64_t crc_ = 0;
};

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::string checksum_of(const std::map<std::string, std::string>& metadata,
                        const std::vector<SafetensorsEntry>& entries) {
  Sum sum;
  for (const auto& [key, value] : metadata) {
    if (key == kChecksum) continue;
    sum.add(key);
    sum.add(value);
  }
  std::vector<const SafetensorsEntry*> by_name;
  by_name.reserve(entries.size());
  for (const SafetensorsEntry& entry : entries) by_name.push_back(&entry);
  std::sort(by_name.begin(), by_name.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const SafetensorsEntry* entry : by_name) {
    sum.add(entry->name);
    sum.add(dtype_name(entry->dtype));
    sum.add(bytes_of(std::span<const int64_t>(entry->shape.dims())));
    sum.add(bytes_of(entry->data));
  }
  return fmt::format("crc64-xz:{:016x}", sum.value());
}

}  // namespace fer::io
