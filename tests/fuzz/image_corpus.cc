// Makes tests/fuzz/corpus/image: picture files of kinds that the library itself does not write. The files are
// committed; to make them again:
//   g++ -std=c++20 -I libfer/include tests/fuzz/image_corpus.cc -lpng -ljpeg -lwebp -o image_corpus
//   ./image_corpus tests/fuzz/corpus/image
#include <cstddef>
#include <cstdio>
// jpeglib.h needs stdio.h before it.
#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "fer/image.h"

using fer::Image;

namespace {

// JPEG by libjpeg; 4 channels are CMYK; progressive where scans are given.
std::string jpeg_file(const Image& image, const std::vector<jpeg_scan_info>& scans = {}) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = static_cast<int>(image.channels);
  jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : image.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  if (!scans.empty()) {
    jpeg.scan_info = scans.data();
    jpeg.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<uint8_t> pixels = image.pixels;
  for (int64_t y = 0; y < image.height; ++y) {
    JSAMPROW row = pixels.data() + y * image.width * image.channels;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  std::free(buffer);
  return bytes;
}

struct PngParts {
  png_uint_32 width = 0, height = 0;
  int depth = 8;
  int colour = 0;                     // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  std::vector<uint8_t> palette = {};  // r, g, b, ...
  std::vector<uint8_t> transparency = {};
  std::vector<uint8_t> rows = {};  // empty: the file ends after its header
  std::string exif = {};
  std::string profile = {};  // ImageMagick's form of it
};

// PNG of any kind by libpng.
std::string png_file(PngParts parts) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  std::string bytes;
  png_set_write_fn(
      png, &bytes,
      [](png_structp p, png_bytep data, size_t count) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), count);
      },
      [](png_structp) {});
  png_set_IHDR(png, info, parts.width, parts.height, parts.depth, parts.colour, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!parts.palette.empty()) {
    png_set_PLTE(png, info, reinterpret_cast<png_colorp>(parts.palette.data()),
                 static_cast<int>(parts.palette.size() / 3));
  }
  if (!parts.transparency.empty()) {
    png_set_tRNS(png, info, parts.transparency.data(), static_cast<int>(parts.transparency.size()), nullptr);
  }
  if (!parts.exif.empty()) {
    png_set_eXIf_1(png, info, static_cast<png_uint_32>(parts.exif.size()),
                   reinterpret_cast<png_bytep>(parts.exif.data()));
  }
  if (!parts.profile.empty()) {
    char key[] = "Raw profile type exif";
    png_text text = {};
    text.compression = PNG_TEXT_COMPRESSION_zTXt;
    text.key = key;
    text.text = parts.profile.data();
    png_set_text(png, info, &text, 1);
  }
  png_write_info(png, info);
  if (!parts.rows.empty()) {
    const size_t row_bytes = parts.rows.size() / parts.height;
    for (size_t y = 0; y < parts.height; ++y) png_write_row(png, parts.rows.data() + y * row_bytes);
    png_write_end(png, nullptr);
  } else {
    const png_byte name[] = "IDAT";
    png_write_chunk(png, name, nullptr, 0);
  }
  png_destroy_write_struct(&png, &info);
  return bytes;
}

// WebP by libwebp: lossless, or of a quality. 3 or 4 channels.
std::string webp_file(const Image& image, float quality) {
  uint8_t* buffer = nullptr;
  const int width = static_cast<int>(image.width), height = static_cast<int>(image.height);
  const int row_bytes = width * static_cast<int>(image.channels);
  const uint8_t* pixels = image.pixels.data();
  size_t size = 0;
  if (quality < 0) {
    size = image.channels == 4 ? WebPEncodeLosslessRGBA(pixels, width, height, row_bytes, &buffer)
                               : WebPEncodeLosslessRGB(pixels, width, height, row_bytes, &buffer);
  } else {
    size = WebPEncodeRGB(pixels, width, height, row_bytes, quality, &buffer);
  }
  std::string bytes(reinterpret_cast<char*>(buffer), size);
  WebPFree(buffer);
  return bytes;
}

// A TIFF header and a directory of one entry, the orientation, big end first, at `directory`.
std::string big_endian_exif(char orientation, char directory = 8) {
  return std::string("MM\0*\0\0\0", 7) + directory + std::string("\0\1\1\x12\0\3\0\0\0\1\0", 11) + orientation +
         std::string(6, '\0');
}

std::string hexadecimal(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (const unsigned char byte : bytes) digits += {kDigits[byte >> 4], kDigits[byte & 15]};
  return digits;
}

// A RIFF chunk of a WebP file.
std::string chunk(const std::string& name, const std::string& content) {
  const size_t size = content.size();
  std::string bytes = name;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(size >> 8 * i);
  return bytes + content + std::string(size % 2, '\0');
}

// The extended form: a chunk that says what there is, the picture, its Exif data.
std::string extended_webp(const std::string& plain, const Image& image, const std::string& exif) {
  const auto less_one = [](int64_t extent) { return std::string{static_cast<char>(extent - 1), '\0', '\0'}; };
  const std::string features = std::string("\x08\0\0\0", 4) + less_one(image.width) + less_one(image.height);
  return chunk("RIFF", "WEBP" + chunk("VP8X", features) + plain.substr(12) + chunk("EXIF", exif));
}

// Slow slopes, which JPEG keeps nearly as they are.
Image slope(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) image.pixels.push_back(static_cast<uint8_t>(40 + 2 * y + 3 * x + 10 * c));
    }
  }
  return image;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = argv[1];
  const auto put = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
  };
  // The first pixel 0x11.., the second 0xee.. in each kind.
  put("grey16.png", png_file({.width = 2, .height = 1, .depth = 16, .colour = 0, .rows = {0x11, 0x22, 0xee, 0xdd}}));
  put("grey_alpha.png", png_file({.width = 2, .height = 1, .depth = 8, .colour = 4, .rows = {0x11, 0, 0xee, 255}}));
  put("rgba.png", png_file({.width = 1, .height = 1, .depth = 8, .colour = 6, .rows = {1, 2, 3, 0}}));
  put("rgb.png", png_file({.width = 1, .height = 2, .depth = 8, .colour = 2, .rows = {1, 2, 3, 4, 5, 6}}));
  put("bits.png", png_file({.width = 8, .height = 1, .depth = 1, .colour = 0, .rows = {0b10100001}}));
  put("palette.png", png_file({.width = 2,
                               .height = 1,
                               .depth = 8,
                               .colour = 3,
                               .palette = {9, 8, 7, 6, 5, 4},
                               .transparency = {0},
                               .rows = {1, 0}}));
  put("too_large.png", png_file({.width = 100000, .height = 1001, .depth = 8, .colour = 0}));
  const std::string grey = jpeg_file(slope(24, 31, 1));
  put("grey.jpg", grey);
  // Turned by a quarter, says an APP1 segment.
  const std::string_view exif(
      "\xff\xe1\0\x22"
      "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0",
      36);
  put("exif.jpg", grey.substr(0, 2).append(exif).append(grey, 2));
  const std::string tiff(exif.substr(10));
  put("exif.png", png_file({.width = 2, .height = 1, .depth = 8, .colour = 0, .rows = {0x11, 0xee}, .exif = tiff}));
  const std::string webp = webp_file(slope(9, 11, 3), -1);
  put("exif.webp", webp.substr(0, 4) + static_cast<char>(webp.size() - 8 + 8 + tiff.size()) + webp.substr(5) + "EXIF" +
                       static_cast<char>(tiff.size()) + std::string(3, '\0') + tiff);
  const std::string turned = big_endian_exif(8);
  put("exif_big_endian.png",
      png_file({.width = 2, .height = 1, .depth = 8, .colour = 0, .rows = {0x11, 0xee}, .exif = turned}));
  put("exif_far.png",
      png_file({.width = 2, .height = 1, .depth = 8, .colour = 0, .rows = {1, 2}, .exif = big_endian_exif(8, '\xff')}));
  put("exif_profile.png",
      png_file({.width = 2,
                .height = 1,
                .depth = 8,
                .colour = 0,
                .rows = {0x11, 0xee},
                .profile = "\nexif\n      32\n" + hexadecimal("Exif" + std::string(2, '\0') + turned)}));
  const Image small = slope(9, 11, 3);
  put("exif_extended.webp", extended_webp(webp_file(small, 90), small, turned));
  put("exif_after_odd.webp",
      extended_webp(chunk("RIFF", "WEBP") + webp_file(small, -1).substr(12) + chunk("XMP ", "odd"), small,
                    "Exif" + std::string(2, '\0') + turned));
  put("rgb.jpg", jpeg_file(slope(24, 31, 3)));
  put("cmyk.jpg", jpeg_file({2, 2, 4, std::vector<uint8_t>(16)}));
  Image inks = {8, 8, 4, {}};
  for (int i = 0; i < 64; ++i) inks.pixels.insert(inks.pixels.end(), {50, 150, 200, 204});
  put("inks.jpg", jpeg_file(inks));
  const std::vector<jpeg_scan_info> scans = {{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}};
  put("progressive.jpg", jpeg_file(slope(16, 17, 1), scans));
  put("lossless.webp", webp_file(slope(9, 11, 3), -1));
  put("alpha.webp", webp_file(slope(3, 5, 4), -1));
  put("lossy.webp", webp_file(slope(24, 31, 3), 90));
  put("text.pgm", "P2 # a comment\n3 2 # another\n255\n0 1 2\n3\t4\r\n255");
  put("text.ppm", "P3\n1 1\n255\n7 8 9\n");
  put("bytes.pgm", "P5 2 1 255\nab");
  put("bytes.ppm", "P6 1 1 255\nabc");
}
