#include <fmt/format.h>

#include "fer/error.h"
#include "image/image_codecs.h"

// Netpbm's greymaps and pixmaps: a magic number, width, height, largest value, then pixels as text (P2, P3) or bytes
// (P5, P6), two of them for each where the largest value is above 255. A comment runs from # to the end of its line.
namespace fer::image {
namespace {

class Scanner {
 public:
  Scanner(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  // The next number in decimal digits, at most `limit`.
  int64_t number(const char* what, int64_t limit) {
    skip_blanks();
    const size_t begin = at_;
    int64_t value = 0;
    for (; at_ < bytes_.size() && bytes_[at_] >= '0' && bytes_[at_] <= '9'; ++at_) {
      value = value * 10 + (bytes_[at_] - '0');
      if (value > limit) fail(fmt::format("{}: expected at most {}, found more", what, limit));
    }
    if (at_ == begin)
      fail(fmt::format("{}: expected a number, found {}", what, at_ < bytes_.size() ? "none" : "the end"));
    return value;
  }

  // What follows one white space.
  std::string_view raster() {
    if (at_ >= bytes_.size() || !is_blank(bytes_[at_])) fail("expected a white space before the pixels");
    return bytes_.substr(at_ + 1);
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(fmt::format("{}: {} (byte {})", where_, reason, at_));
  }

 private:
  static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  void skip_blanks() {
    bool comment = false;
    for (; at_ < bytes_.size(); ++at_) {
      if (bytes_[at_] == '#') comment = true;
      if (bytes_[at_] == '\n' || bytes_[at_] == '\r') comment = false;
      if (!comment && !is_blank(bytes_[at_])) return;
    }
  }

  std::string_view bytes_;
  const std::string& where_;
  size_t at_ = 2;  // after the magic number
};

// 0..largest to 0..255, rounded.
uint8_t scaled(int64_t value, int64_t largest) { return static_cast<uint8_t>((value * 255 + largest / 2) / largest); }

void read_text(Scanner& scanner, int64_t largest, Image& image) {
  for (uint8_t& pixel : image.pixels) pixel = scaled(scanner.number("pixel", largest), largest);
}

void read_bytes(Scanner& scanner, int64_t largest, Image& image) {
  const std::string_view raster = scanner.raster();
  const size_t each = largest > 255 ? 2 : 1;
  if (raster.size() / each < image.pixels.size()) {
    scanner.fail(fmt::format("pixels: expected {} bytes, found {}", each * image.pixels.size(), raster.size()));
  }
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    int64_t value = static_cast<unsigned char>(raster[each * i]);
    if (each == 2) value = value << 8 | static_cast<unsigned char>(raster[2 * i + 1]);
    if (value > largest) scanner.fail(fmt::format("pixel {}: expected at most {}, found {}", i, largest, value));
    image.pixels[i] = scaled(value, largest);
  }
}

}  // namespace

Image decode_pnm(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  const bool text = bytes[1] == '2' || bytes[1] == '3';
  const int64_t channels = bytes[1] == '2' || bytes[1] == '5' ? 1 : 3;
  Scanner scanner(bytes, where);
  const int64_t width = scanner.number("width", max_pixels);
  const int64_t height = scanner.number("height", max_pixels);
  const int64_t largest = scanner.number("largest value", 65535);
  if (largest < 1) scanner.fail("largest value: expected 1 to 65535, found 0");
  // Every pixel takes a byte at least: a size that the file cannot hold gets no memory.
  if (height > 0 && width > static_cast<int64_t>(bytes.size()) / height) {
    scanner.fail(
        fmt::format("expected height {} and width {} to fit the file's {} bytes", height, width, bytes.size()));
  }
  Image image = blank_image(height, width, channels, where, max_pixels);
  text ? read_text(scanner, largest, image) : read_bytes(scanner, largest, image);
  return image;
}

}  // namespace fer::image
