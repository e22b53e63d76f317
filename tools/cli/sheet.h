// Sheets: pictures side by side on white paper, with lines of text below each and headings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/image.h"

namespace fer::cli {

struct SheetPicture {
  Image picture;
  std::vector<std::string> lines = {};  // below it; cut off where they are wider than the picture's place
};

struct SheetSection {
  std::string heading;  // may be empty
  std::vector<SheetPicture> pictures;
};

struct SheetLayout {
  int64_t columns = 8;
  int64_t height = 96, width = 96;  // of a picture's place, into which it is fitted in its own proportions
  bool crisp = false;               // cells stay squares: a picture is enlarged by a whole number, not smoothed
};

// An RGB picture. Throws Error where it would have more than 100 million pixels.
Image sheet_of(const std::string& title, std::span<const SheetSection> sections, const SheetLayout& layout);

// Repeats every pixel `factor` times in both directions.
Image enlarged(const Image& image, int64_t factor);

// How many columns make a sheet of `count` pictures wider than it is high, of the numbers that filters come in.
int64_t columns_for(int64_t count);

}  // namespace fer::cli
