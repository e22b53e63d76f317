// Working memory of kernels, which their callers own. Nothing in it outlives a call.
#pragma once

#include <cstdint>

namespace fer::kernels {

struct Scratch {
  float* data = nullptr;
  int64_t floats = 0;
};

// Floats rounded up to whole cache lines (64 bytes), so that every part of a scratch area is aligned.
inline int64_t aligned_floats(int64_t floats) { return (floats + 15) / 16 * 16; }

}  // namespace fer::kernels
