// Sizes that convolutions by Winograd's filtering are cut to. Private to this folder.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/conv/algorithms.h"

namespace fer::kernels {

// A set of transformed tiles that all threads share.
inline constexpr int64_t kSharedTileFloats = (16 << 20) / sizeof(float);
// A part of the transformed filters (or of a gradient by them) that is made, used and forgotten.
inline constexpr int64_t kChunkFloats = (8 << 20) / sizeof(float);

// An odd number of cache lines from row to row: rows of a power of two would fall into few sets of the cache.
inline int64_t row_floats(int64_t channels) { return aligned_floats(channels) + 16; }
inline int64_t point_floats(int64_t rows, int64_t row) { return rows * row + 16; }

inline int64_t round_to(int64_t value, int64_t step) { return std::max(step, value / step * step); }

}  // namespace fer::kernels
