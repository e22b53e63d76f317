#include "core/file_kind.h"
#include "fer/draw.h"
#include "fer/error.h"
#include "image/draw/paint.h"
#include "image/image_codecs.h"

namespace fer {
namespace image {
namespace {

constexpr size_t kMostFileBytes = size_t{1} << 26;
constexpr int64_t kMostPixels = 16'000'000;  // a picture to lay over faces is small

void check_overlay(const Overlay& overlay) {
  check_image(overlay.colour);
  check_image(overlay.opacity);
  if (overlay.colour.channels == 3 && overlay.opacity.channels == 1 &&
      overlay.colour.height == overlay.opacity.height && overlay.colour.width == overlay.opacity.width) {
    return;
  }
  throw Error("overlay: expected an RGB picture and a grey one of the same size");
}

uint8_t weighted(uint8_t value, uint8_t opacity) { return static_cast<uint8_t>((value * opacity + 127) / 255); }
uint8_t unweighted(uint8_t value, uint8_t opacity) {
  return opacity == 0 ? 0 : static_cast<uint8_t>(std::min(255, (value * 255 + opacity / 2) / opacity));
}

}  // namespace
}  // namespace image

Overlay read_overlay(const std::string& path) {
  const std::string bytes = core::read_expected(path, core::Expected::kPicture, image::kMostFileBytes);
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n")) {
    throw Error(path + ": expected a PNG picture, the format that keeps opacity, found another file");
  }
  const Image rgba = image::decode_png_with_opacity(bytes, path, image::kMostPixels);
  Overlay overlay = {image::blank_image(rgba.height, rgba.width, 3, path, image::kMostPixels),
                     image::blank_image(rgba.height, rgba.width, 1, path, image::kMostPixels)};
  for (size_t i = 0; i < overlay.opacity.pixels.size(); ++i) {
    std::copy_n(&rgba.pixels[4 * i], 3, &overlay.colour.pixels[3 * i]);
    overlay.opacity.pixels[i] = rgba.pixels[4 * i + 3];
  }
  return overlay;
}

Overlay resized(const Overlay& overlay, int64_t height, int64_t width) {
  image::check_overlay(overlay);
  Image colour = overlay.colour;
  for (size_t i = 0; i < colour.pixels.size(); ++i) {
    colour.pixels[i] = image::weighted(colour.pixels[i], overlay.opacity.pixels[i / 3]);
  }
  Overlay out = {resized(colour, height, width), resized(overlay.opacity, height, width)};
  for (size_t i = 0; i < out.colour.pixels.size(); ++i) {
    out.colour.pixels[i] = image::unweighted(out.colour.pixels[i], out.opacity.pixels[i / 3]);
  }
  return out;
}

void lay_over(Image& image, const Overlay& overlay, int64_t left, int64_t top) {
  image::check_image(image);
  if (overlay.empty()) return;
  image::check_overlay(overlay);
  const Image over = with_channels(overlay.colour, image.channels);
  const int64_t last_row = std::min(over.height, image.height - top);
  const int64_t last_column = std::min(over.width, image.width - left);
  for (int64_t y = std::max<int64_t>(0, -top); y < last_row; ++y) {
    for (int64_t x = std::max<int64_t>(0, -left); x < last_column; ++x) {
      const int opacity = overlay.opacity.pixels[y * over.width + x];
      const uint8_t* from = &over.pixels[(y * over.width + x) * over.channels];
      uint8_t* to = &image.pixels[((y + top) * image.width + x + left) * image.channels];
      for (int64_t c = 0; c < image.channels; ++c) {
        to[c] = static_cast<uint8_t>((from[c] * opacity + to[c] * (255 - opacity) + 127) / 255);
      }
    }
  }
}

}  // namespace fer
