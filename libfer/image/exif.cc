#include "image/exif.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fer::io {
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

int exif_orientation(std::string_view app1) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  if (!app1.starts_with(kExif)) return 1;
  const Tiff tiff(app1.substr(kExif.size()));
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

Image upright(Image image, int orientation) {
  if (orientation <= 1) return image;
  const bool swapped = orientation >= 5;  // rows become columns
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  Image out = {swapped ? image.width : image.height, swapped ? image.height : image.width, image.channels,
               std::vector<uint8_t>(image.pixels.size())};
  auto to = out.pixels.begin();
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x, to += image.channels) {
      const int64_t row = swapped ? x : y, column = swapped ? y : x;
      const int64_t pixel =
          (from_bottom ? image.height - 1 - row : row) * image.width + (from_right ? image.width - 1 - column : column);
      std::copy_n(image.pixels.begin() + pixel * image.channels, image.channels, to);
    }
  }
  return out;
}

}  // namespace fer::io
