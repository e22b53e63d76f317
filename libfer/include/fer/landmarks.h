// Faces as 68 points instead of pictures (docs/data-format.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

// The points of the scheme of Multi-PIE and iBUG 300-W, which dlib's predictor of 68 landmarks gives.
inline constexpr int64_t kLandmarkPoints = 68;

// Moves the points (x0, y0, x1, y1, ...) so that their mean is 0 and scales them so that their root mean square
// distance from it is 1: then neither the face's place nor its size shows. Returns false, and changes nothing, where
// all points coincide.
bool normalize_landmarks(std::span<float> points);

// Reads a CSV file of landmarks, one face per row: columns x0,y0 to x67,y67 (or x1,y1 to x68,y68; x_0 is x0) in any
// order and any scale, with emotion, Usage and file where there are such; others are skipped. The data set has `values`
// [n, 68, 2, 1], normalised. Throws Error with file, line and column.
Dataset read_landmarks(const std::string& path, bool require_labels = true);
// The same from bytes; `name` stands for the path in messages.
Dataset parse_landmarks(std::string_view text, const std::string& name, bool require_labels = true);

// Whether the first line of a file is a header with such columns. Throws Error where it cannot be opened.
bool holds_landmarks(const std::string& path);

}  // namespace fer
