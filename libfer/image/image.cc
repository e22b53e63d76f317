#include "fer/image.h"

#include <fmt/format.h>

#include "core/file_kind.h"
#include "fer/error.h"
#include "fer/picture_limit.h"
#include "image/image_codecs.h"

namespace fer {
namespace image {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 30;

bool starts_as_pnm(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == 'P' && std::string_view("2356").find(bytes[1]) != std::string_view::npos;
}

}  // namespace

Image blank_image(int64_t height, int64_t width, int64_t channels, const std::string& where, int64_t max_pixels) {
  if (height < 1 || width < 1 || height > max_pixels / width) {
    const std::string message = fmt::format("{}: expected a picture of 1 to {} pixels, found height {}, width {}",
                                            where, max_pixels, height, width);
    if (height > 0 && width > 0) throw TooManyPixels(message);
    throw Error(message);
  }
  return {height, width, channels, std::vector<uint8_t>(static_cast<size_t>(height * width * channels))};
}

Format format_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return Format::kPng;
  if (bytes.starts_with("\xff\xd8\xff")) return Format::kJpeg;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return Format::kWebp;
  return starts_as_pnm(bytes) ? Format::kPnm : Format::kNone;
}

Image decode_image(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  switch (format_of(bytes)) {
    case Format::kPng:
      return decode_png(bytes, where, max_pixels);
    case Format::kJpeg:
      return decode_jpeg(bytes, where, max_pixels);
    case Format::kWebp:
      return decode_webp(bytes, where, max_pixels);
    case Format::kPnm:
      return decode_pnm(bytes, where, max_pixels);
    case Format::kNone:
      break;
  }
  throw Error(core::other_than_expected(where, core::Expected::kPicture, bytes));
}

void check_image(const Image& image) {
  const bool good = image.height > 0 && image.width > 0 && image.height <= kMaxPixels / image.width &&
                    (image.channels == 1 || image.channels == 3) &&
                    image.pixels.size() == static_cast<size_t>(image.height * image.width * image.channels);
  if (good) return;
  throw Error(fmt::format(
      "image of height {}, width {}, channels {}: expected 1 or 3 channels and as many pixels, found {} bytes",
      image.height, image.width, image.channels, image.pixels.size()));
}

}  // namespace image

Image read_image(const std::string& path) {
  return image::decode_image(core::read_expected(path, core::Expected::kPicture, image::kMaxFileBytes), path);
}

Image decode_image(std::span<const uint8_t> bytes, const std::string& name) {
  return image::decode_image({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name);
}

Image with_channels(const Image& image, int64_t channels) {
  image::check_image(image);
  if (channels != 1 && channels != 3) throw Error(fmt::format("channels: expected 1 or 3, found {}", channels));
  if (channels == image.channels) return image;
  Image out = image::blank_image(image.height, image.width, channels, "image", image::kMaxPixels);
  const int64_t count = image.height * image.width;
  for (int64_t i = 0; i < count; ++i) {
    if (channels == 3) {
      for (int64_t c = 0; c < 3; ++c) out.pixels[3 * i + c] = image.pixels[i];
    } else {
      const uint8_t* rgb = &image.pixels[3 * i];
      // In thousandths, so that rounding is exact.
      out.pixels[i] = static_cast<uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
    }
  }
  return out;
}

}  // namespace fer
