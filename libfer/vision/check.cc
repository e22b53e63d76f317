#include "vision/check.h"

#include <fmt/format.h>

#include "fer/error.h"

namespace fer::vision {

void check_picture(const Image& picture, const std::string& where) {
  const bool extents = picture.height >= 1 && picture.width >= 1 && picture.height <= kMostPixels / picture.width;
  if (!extents || (picture.channels != 1 && picture.channels != 3)) {
    throw Error(fmt::format("{}: expected a grey or RGB picture of 1 to {} pixels, found one of {} x {}, {} channels",
                            where, kMostPixels, picture.width, picture.height, picture.channels));
  }
  const int64_t bytes = picture.height * picture.width * picture.channels;
  if (static_cast<int64_t>(picture.pixels.size()) != bytes) {
    throw Error(fmt::format("{}: expected {} bytes of pixels, found {}", where, bytes, picture.pixels.size()));
  }
}

void check_box(const Box& box, const std::string& where) {
  constexpr int64_t kFarthest = 1'000'000'000;
  const auto near = [](int64_t value) { return value >= -kFarthest && value <= kFarthest; };
  if (box.width < 1 || box.height < 1 || !near(box.left) || !near(box.top) || !near(box.width) || !near(box.height)) {
    throw Error(fmt::format("{}: expected a box with pixels, found {} x {} at {}, {}", where, box.width, box.height,
                            box.left, box.top));
  }
}

std::string on_one_line(const std::string& message) {
  constexpr size_t kLongest = 300;
  std::string line;
  for (const char c : message) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
    if (line.size() >= kLongest) return line + "...";
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace fer::vision
