// Decoders of picture files in memory. All throw Error ("WHERE: ...") on anything but a whole picture of at most
// `max_pixels`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fer/image.h"

namespace fer::image {

inline constexpr int64_t kMaxPixels = 100'000'000;

// By the first bytes.
enum class Format { kNone, kPng, kJpeg, kWebp, kPnm };
Format format_of(std::string_view bytes);

// Decodes a picture by its content: PNG, JPEG, PGM, PPM or WebP.
Image decode_image(std::string_view bytes, const std::string& where, int64_t max_pixels = kMaxPixels);

Image decode_png(std::string_view bytes, const std::string& where, int64_t max_pixels);
// With a fourth channel: opacity, 255 where the file has none.
Image decode_png_with_opacity(std::string_view bytes, const std::string& where, int64_t max_pixels);
Image decode_jpeg(std::string_view bytes, const std::string& where, int64_t max_pixels);
Image decode_webp(std::string_view bytes, const std::string& where, int64_t max_pixels);
Image decode_pnm(std::string_view bytes, const std::string& where, int64_t max_pixels);

// An image of this size, zero-filled. Throws Error when an extent is below 1, TooManyPixels when the image is too
// large.
Image blank_image(int64_t height, int64_t width, int64_t channels, const std::string& where, int64_t max_pixels);

// Throws Error unless extents and channels are good and the pixels are as many as they say.
void check_image(const Image& image);

}  // namespace fer::image
