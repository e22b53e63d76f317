// Pictures: decoded from files or memory, fitted to a size, encoded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

struct Image {
  int64_t height = 0, width = 0, channels = 1;  // channels 1 (grey) or 3 (RGB)
  std::vector<uint8_t> pixels;                  // [height, width, channels]
};

// PNG, JPEG, PGM/PPM (P2, P3, P5, P6; 8 bits) or WebP (where libfer was built with libwebp; no animations), told apart
// by content. Alpha is dropped; 16-bit PNG is reduced to 8; palettes are expanded; colour profiles and gamma are left
// alone, as most readers do. JPEG, PNG and WebP are turned upright where their Exif data say how the camera was held.
// Throws Error (path and reason) on anything else, on a truncated file, and on more than 100 million pixels.
Image read_image(const std::string& path);
// The same for a file's bytes in memory. `name` stands for the picture in messages.
Image decode_image(std::span<const uint8_t> bytes, const std::string& name = "picture");

// Converts to 1 or 3 channels: grey = 0.299 R + 0.587 G + 0.114 B, rounded (ITU-R BT.601); RGB repeats the grey value.
Image with_channels(const Image& image, int64_t channels);
// Resizes by area averaging where it shrinks, and bilinearly with half-pixel centres where it grows.
Image resized(const Image& image, int64_t height, int64_t width);
// Converts and resizes, which is how a picture becomes a network's input. The picture is stretched to the size asked
// for, whatever its own proportions.
Image fitted(const Image& image, int64_t height, int64_t width, int64_t channels);
// Exchanges left and right in every row of pixels [..., width, channels]. Throws Error unless these are whole rows.
void mirror(std::span<uint8_t> pixels, int64_t width, int64_t channels);
// Equalises the histogram of pixels [..., channels] in place, to the byte what OpenCV's equalizeHist does: the value v
// becomes 255 * (number of pixels of at most v, without those of the darkest value) / (number of pixels without those
// of the darkest value), rounded to the nearest whole number, a half to the even one. A picture of one value stays as
// it is. Each channel is equalised by itself. Throws Error unless these are whole pixels.
void equalize_histogram(std::span<uint8_t> pixels, int64_t channels);

// The bytes of an 8-bit PNG file.
std::string encode_png(const Image& image);

}  // namespace fer
