// The size of a picture.
#pragma once

#include <cstdint>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// In pixels; both 0: none is given.
struct PictureSize {
  int64_t height = 0, width = 0;
  bool given() const { return height != 0 || width != 0; }
  bool operator==(const PictureSize&) const = default;
};

}  // namespace fer
