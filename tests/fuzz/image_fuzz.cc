// libFuzzer target: pictures. What is decoded must be a picture, that can be resized and written and comes back the
// same; what is refused must be refused with Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fer/error.h"
#include "image/image_codecs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const int64_t max_pixels = 1 << 18;  // so that a small input does not take long
    const fer::Image image = fer::image::decode_image({reinterpret_cast<const char*>(bytes), size}, "fuzz", max_pixels);
    fer::image::check_image(image);
    const fer::Image small = fer::resized(fer::with_channels(image, 1), 48, 48);
    const fer::Image again = fer::image::decode_image(fer::encode_png(small), "again");
    if (again.pixels != small.pixels) std::abort();
  } catch (const fer::Error&) {
  }
  return 0;
}
