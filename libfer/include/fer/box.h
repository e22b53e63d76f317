// A box in a picture.
#pragma once

#include <cstdint>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// A rectangle of whole pixels: columns left to left + width - 1, rows top to top + height - 1.
struct Box {
  int64_t left = 0, top = 0, width = 0, height = 0;
  bool operator==(const Box&) const = default;
};

}  // namespace fer
