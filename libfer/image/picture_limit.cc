#include "fer/picture_limit.h"

#include <algorithm>

#include "image/image_codecs.h"

namespace fer {

Image decode_image(std::span<const uint8_t> bytes, const std::string& name, int64_t max_pixels) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return image::decode_image(text, name, std::clamp<int64_t>(max_pixels, 1, image::kMaxPixels));
}

bool is_picture(std::string_view bytes) { return image::format_of(bytes) != image::Format::kNone; }

}  // namespace fer
