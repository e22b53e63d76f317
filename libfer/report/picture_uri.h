// Pictures inside a page.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fer/report.h"

namespace fer::report {

// RFC 4648, with padding.
std::string base64(std::span<const uint8_t> bytes);

// "data:image/png;base64,..." Throws Error when the pixels do not fit the picture's size.
std::string picture_uri(const ReportPicture& picture);

}  // namespace fer::report
