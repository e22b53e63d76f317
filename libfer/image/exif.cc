#include "image/exif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fer::image {
namespace {

constexpr size_t kEntryBytes = 12;
constexpr uint32_t kOrientationTag = 0x0112, kShort = 3;

// Numbers of a TIFF file, in the byte order that it begins with; 0 beyond its end.
class Tiff {
 public:
  explicit Tiff(std::string_view bytes) : bytes_(bytes), little_(bytes.starts_with("II")) {}

  uint32_t number(size_t at, size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    uint32_t value = 0;
    for (size_t i = 0; i < size; ++i) {
      value = value << 8 | static_cast<unsigned char>(bytes_[at + (little_ ? size - 1 - i : i)]);
    }
    return value;
  }
  bool good() const { return (little_ || bytes_.starts_with("MM")) && number(2, 2) == 42; }

 private:
  std::string_view bytes_;
  bool little_;
};

}  // namespace

int exif_orientation(std::string_view exif) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  const Tiff tiff(exif.starts_with(kExif) ? exif.substr(kExif.size()) : exif);
  if (!tiff.good()) return 1;
  const size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (tiff.number(entry, 2) != kOrientationTag || tiff.number(entry + 2, 2) != kShort) continue;
    const uint32_t orientation = tiff.number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

namespace {

// Rows become columns.
Image transposed(const Image& image) {
  Image out = {image.width, image.height, image.channels, std::vector<uint8_t>(image.pixels.size())};
  auto to = out.pixels.begin();
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x, to += image.channels) {
      std::copy_n(image.pixels.begin() + (x * image.width + y) * image.channels, image.channels, to);
    }
  }
  return out;
}

// Exchanges top and bottom.
void turn_over(Image& image) {
  const int64_t row_bytes = image.width * image.channels;
  auto top = image.pixels.begin(), bottom = image.pixels.end() - row_bytes;
  for (; top < bottom; top += row_bytes, bottom -= row_bytes) std::swap_ranges(top, top + row_bytes, bottom);
}

}  // namespace

// Where what was seen lies in the file, from the bottom or from the right; from 5 on its rows are the file's columns.
Image upright(Image image, int orientation) {
  if (orientation <= 1 || image.pixels.empty()) return image;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  if (from_bottom) turn_over(image);
  if (from_right) mirror(image.pixels, image.width, image.channels);
  return orientation >= 5 ? transposed(image) : image;
}

}  // namespace fer::image
