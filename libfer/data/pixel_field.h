// A field of pixels: whole numbers of 0 to 255, one to three digits each, separated by spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "data/csv_fields.h"

namespace fer::data::csv {

inline constexpr size_t kPixels = 48 * 48;
inline constexpr size_t kMaxPixelFieldBytes = 4 * kPixels;  // what parse_pixels_fast takes; with room to spare

// One number of a table with a column per pixel: 0 to 255, with zeros behind a point too, as pandas writes them
// ("70.0"). False: it is none.
bool parse_pixel(std::string_view text, uint8_t& out);

// Fills out (kPixels of them) or says what is wrong. Runs of spaces count as one; leading and trailing ones are
// skipped.
std::optional<Mistake> parse_pixels(std::string_view field, std::span<uint8_t> out);

// The common form only: kPixels numbers with exactly one space between. False where the field is anything else, right
// or wrong; `out` is undefined then.
bool parse_pixels_fast(std::string_view field, std::span<uint8_t> out);
// Any form, byte after byte; finds the first mistake.
std::optional<Mistake> parse_pixels_carefully(std::string_view field, std::span<uint8_t> out);

}  // namespace fer::data::csv
