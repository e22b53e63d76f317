// What every cascade must keep to, wherever it comes from.
#pragma once

#include <cstddef>
#include <string>

#include "fer/cascade.h"

namespace fer::cascade {

inline constexpr int kMinSide = 3, kMaxSide = 1000;  // of a window: it has an inside; its sums fit their numbers
inline constexpr size_t kMaxStages = 1000, kMaxTrees = 200'000, kMaxFeatures = 2'000'000, kMaxNodes = 1024;

// Whether the window has this feature: two or three rectangles, inside, of a finite weight. Returns what is wrong, or
// nothing.
std::string feature_fault(const HaarFeature& feature, int width, int height);

// Throws Error ("NAME: ...") on the first thing that is wrong: see read_cascade.
void check_cascade(const Cascade& cascade, const std::string& name);

}  // namespace fer::cascade
