#include "report/picture_uri.h"

#include <fmt/format.h>
#include <png.h>

#include "fer/error.h"

namespace fer::report {
namespace {

std::vector<uint8_t> png_bytes(const ReportPicture& picture) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(picture.width);
  png.height = static_cast<png_uint_32>(picture.height);
  png.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::vector<uint8_t> bytes(size);
  if (!png_image_write_to_memory(&png, bytes.data(), &size, 0, picture.pixels.data(), 0, nullptr)) {
    throw Error(fmt::format("report: cannot encode a picture: {}", png.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string base64(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t have = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? bytes[i + k] : 0);
    for (size_t k = 0; k < 4; ++k) out.push_back(k <= have ? kDigits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

std::string picture_uri(const ReportPicture& picture) {
  const bool channels_known = picture.channels == 1 || picture.channels == 3;
  const bool size_known =
      picture.height > 0 && picture.width > 0 && picture.height <= 1 << 14 && picture.width <= 1 << 14;
  if (!channels_known || !size_known ||
      static_cast<int64_t>(picture.pixels.size()) != picture.height * picture.width * picture.channels) {
    throw Error(fmt::format("report: a picture of {} x {} x {} with {} bytes", picture.height, picture.width,
                            picture.channels, picture.pixels.size()));
  }
  return "data:image/png;base64," + base64(png_bytes(picture));
}

}  // namespace fer::report
