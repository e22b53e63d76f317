// One row of windows, many at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "cascade/scan/integral.h"
#include "cascade/scan/packed.h"

namespace fer::cascade {

// Appends to `found` the indices of the windows of a row that pass: window k begins at column k * step. A window that
// fails the first stage has the one after it passed over, as in OpenCV. `windows`: how many there are; sum, squares and
// tilted are of the row's first window. The same on every instruction set.
void scan_row(const PackedCascade& cascade, const uint32_t* sum, const uint32_t* squares, const uint32_t* tilted,
              int windows, std::vector<int>& found);

}  // namespace fer::cascade
