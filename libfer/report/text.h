// Small pieces of text that the pages and tables share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fer::report {

// For HTML text and double-quoted attributes: & < > " ' become entities; control characters other than newline and tab,
// which HTML does not allow, become spaces.
std::string escaped(std::string_view text);

// 28709 -> "28,709"
std::string grouped(int64_t n);

// 0.65123 -> "65.1 %"; "–" where it is not a finite number.
std::string percent(double share);
// Four digits after the point; "–" where it is not a finite number.
std::string fixed4(double value);
// 61.2 -> "1:01", 3725 -> "1:02:05"
std::string duration(double seconds);

// Code points of UTF-8 text: what a terminal with Latin or Greek letters shows as columns.
size_t display_width(std::string_view text);
// The text with spaces on the right up to `width` columns.
std::string padded(std::string_view text, size_t width);

}  // namespace fer::report
