// By which pictures are told apart: the same pixels have the same.
#pragma once

#include <isa-l/crc64.h>

#include <cstdint>
#include <span>

namespace fer::data {

inline uint64_t checksum_of(std::span<const uint8_t> pixels) {
  return crc64_ecma_refl(0, pixels.data(), pixels.size());
}

}  // namespace fer::data
