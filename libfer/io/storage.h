// The forms in which a file holds the kernels of a model (docs/model-format.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fer/network.h"
#include "fer/weights.h"

namespace fer::io {

// The upper 16 bits of floats, rounded to nearest, a half to even. Throws Error naming the parameter where a number
// would become infinite.
std::vector<uint16_t> to_bf16(const Parameter& parameter, std::span<const float> values);
// Each two bytes, at any alignment, as the float whose upper half they are.
void widen_bf16(std::span<const std::byte> bytes, std::span<float> values);

// A kernel [..., output channels] as whole multiples of a scale per output channel: the largest magnitude becomes 127.
// A channel of zeros has scale 1.
struct ScaledBytes {
  std::vector<int8_t> bytes;
  std::vector<float> scale;  // [output channels]
};
ScaledBytes to_bytes(const Parameter& kernel, std::span<const float> values);

// Whether a parameter is stored in fewer bits: a kernel, not a bias or a batch norm's.
bool is_kernel(const Parameter& parameter);

}  // namespace fer::io
