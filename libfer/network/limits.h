// Bounds that every network keeps, so that no product of its sizes overflows and a file that lies is refused before
// anything is allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fer {

inline constexpr int64_t kMaxExtent = int64_t{1} << 24;       // of filters, units, kernels, strides, padding, input
inline constexpr int64_t kMaxParameters = int64_t{1} << 34;   // in all
inline constexpr int64_t kMaxActivations = int64_t{1} << 34;  // outputs of all layers, for one image
inline constexpr int64_t kMaxMacs = int64_t{1} << 60;         // in all
inline constexpr size_t kMaxLayers = 10000;
inline constexpr size_t kMaxNameBytes = 128;
inline constexpr size_t kMaxJsonBytes = size_t{4} << 20;
inline constexpr size_t kMaxJsonDepth = 16;

inline constexpr const char* kInputName = "input";

}  // namespace fer
