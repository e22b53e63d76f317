// Pictures that come from strangers: decoded only where they are not too large.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fer/error.h"
#include "fer/export.h"
#include "fer/image.h"

namespace FER_PUBLIC fer {

// A picture that claims more pixels than are allowed.
class FER_PUBLIC TooManyPixels : public Error {
 public:
  using Error::Error;
};

// decode_image of fer/image.h with a limit of the caller's, height * width pixels, at most the 100 million that hold
// there. The limit is compared with what the file claims, before memory is taken for it. Throws TooManyPixels beyond
// it, and Error as decode_image does.
Image decode_image(std::span<const uint8_t> bytes, const std::string& name, int64_t max_pixels);

// Whether bytes begin as one of the formats does that decode_image tells apart; WebP also where libfer was built
// without it.
bool is_picture(std::string_view bytes);

}  // namespace fer
