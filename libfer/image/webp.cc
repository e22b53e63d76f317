#include "fer/error.h"
#include "image/image_codecs.h"

#if defined(FER_HAS_WEBP)
#include <webp/decode.h>
#endif

namespace fer::io {

#if defined(FER_HAS_WEBP)

Image decode_webp(std::string_view bytes, const std::string& where, int64_t max_pixels) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  // libwebp makes the most of a file that ends early; to us a damaged picture is none.
  const uint64_t wanted = uint64_t{data[4]} + (uint64_t{data[5]} << 8) + (uint64_t{data[6]} << 16) +
                          (uint64_t{data[7]} << 24) + 8;  // RIFF's size, of all behind it
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
  if (WebPDecodeRGBInto(data, bytes.size(), image.pixels.data(), image.pixels.size(), static_cast<int>(row_bytes)) ==
      nullptr) {
    throw Error(where + ": WebP: expected a whole picture, found a damaged or short one");
  }
  return image;
}

#else

Image decode_webp(std::string_view, const std::string& where, int64_t) {
  throw Error(where + ": WebP: this libfer was built without libwebp (apt-get install libwebp-dev, then build again)");
}

#endif

}  // namespace fer::io
