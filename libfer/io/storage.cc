#include "io/storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "fer/error.h"
#include "fer/model_file.h"

namespace fer {
namespace io {

std::vector<uint16_t> to_bf16(const Parameter& parameter, std::span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  std::vector<uint16_t> halves;
  halves.reserve(values.size());
  for (const float value : values) {
    uint32_t bits = std::bit_cast<uint32_t>(value);
    bits += 0x7fff + (bits >> 16 & 1);
    if ((bits & kExponent) == kExponent) {
      throw Error(fmt::format("tensor '{}': expected numbers below 3.396e38, which bf16 can hold, found {}",
                              parameter.name, value));
    }
    halves.push_back(static_cast<uint16_t>(bits >> 16));
  }
  return halves;
}

void widen_bf16(std::span<const std::byte> bytes, std::span<float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t half = 0;
    std::memcpy(&half, bytes.data() + 2 * i, sizeof half);
    values[i] = std::bit_cast<float>(uint32_t{half} << 16);
  }
}

ScaledBytes to_bytes(const Parameter& kernel, std::span<const float> values) {
  const auto channels = static_cast<size_t>(kernel.shape.dims().back());
  ScaledBytes stored = {.bytes = std::vector<int8_t>(values.size()), .scale = std::vector<float>(channels)};
  for (size_t i = 0; i < values.size(); ++i) {
    stored.scale[i % channels] = std::max(stored.scale[i % channels], std::abs(values[i]));
  }
  for (float& scale : stored.scale) {
    scale /= 127;
    if (scale == 0) scale = 1;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    // (Where the scale has lost bits as a tiny number, the quotient may be beyond 127.)
    const float q = std::nearbyint(values[i] / stored.scale[i % channels]);
    stored.bytes[i] = static_cast<int8_t>(std::clamp(q, -127.0f, 127.0f));
  }
  return stored;
}

bool is_kernel(const Parameter& parameter) { return parameter.name.ends_with("kernel"); }

}  // namespace io

Storage storage_from_name(const std::string& name) {
  for (const Storage storage : {Storage::kFp32, Storage::kBf16, Storage::kInt8}) {
    if (name == storage_name(storage)) return storage;
  }
  throw Error(fmt::format("storage: expected fp32, bf16 or int8, found '{}'", name));
}

const char* storage_name(Storage storage) {
  constexpr const char* kNames[] = {"fp32", "bf16", "int8"};
  return kNames[static_cast<size_t>(storage)];
}

}  // namespace fer
