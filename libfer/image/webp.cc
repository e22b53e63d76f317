#include <algorithm>
#include <new>
#include <utility>

#include "fer/error.h"
#include "image/exif.h"
#include "image/image_codecs.h"

#if defined(FER_HAS_WEBP)
#include <webp/decode.h>
#endif

namespace fer::image {

#if defined(FER_HAS_WEBP)

namespace {

uint64_t number(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

// RIFF's chunks: a name of four letters, a length, as many bytes, and one more where they are odd.
int orientation_of(std::string_view bytes) {
  constexpr size_t kHead = 8;
  for (size_t at = 12; at + kHead <= bytes.size();) {
    const uint64_t length = number(bytes, at + 4), left = bytes.size() - at - kHead;
    if (length > left) return 1;
    if (bytes.substr(at, 4) == "EXIF") return exif_orientation(bytes.substr(at + kHead, length));
    at += kHead + std::min(length + length % 2, left);
  }
  return 1;
}

// As WebPDecodeRGBInto, which does not tell why it failed.
VP8StatusCode decode_rgb(std::string_view bytes, std::vector<uint8_t>& pixels, int row_bytes) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_INVALID_PARAM;
  config.output.colorspace = MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.data(), row_bytes, pixels.size()};
  const VP8StatusCode status = WebPDecode(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  return status;
}

}  // namespace

Image decode_webp(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  // libwebp makes the most of a file that ends early; to us a damaged picture is none.
  const uint64_t wanted = number(bytes, 4) + 8;  // RIFF's size is that of all behind it
  if (wanted > bytes.size()) {
    throw Error(where + ": WebP: expected " + std::to_string(wanted) + " bytes as the header says, found " +
                std::to_string(bytes.size()));
  }
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, bytes.size(), &features) != VP8_STATUS_OK) {
    throw Error(where + ": WebP: expected a whole header, found a damaged or short one");
  }
  if (features.has_animation) throw Error(where + ": WebP: expected one picture, found an animation");
  Image image = blank_image(features.height, features.width, 3, where, max_pixels);
  const size_t row_bytes = static_cast<size_t>(image.width) * 3;
  const VP8StatusCode status = decode_rgb(bytes, image.pixels, static_cast<int>(row_bytes));
  // Memory that is not there says nothing about the picture, and must not pass for a damaged one.
  if (status == VP8_STATUS_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != VP8_STATUS_OK) {
    throw Error(where + ": WebP: expected a whole picture, found a damaged or short one");
  }
  return upright(std::move(image), orientation_of(bytes.substr(0, wanted)));
}

#else

Image decode_webp(std::string_view, const std::string& where, int64_t) {
  throw Error(where + ": WebP: this libfer was built without libwebp (apt-get install libwebp-dev, then build again)");
}

#endif

}  // namespace fer::image
