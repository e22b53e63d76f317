#include "io/resize.h"

#include <fmt/format.h>

#include "fer/error.h"
#include "network/json_fields.h"

namespace fer::io {

void check_resize(const PictureSize& resize, const Network& network, const std::string& where) {
  constexpr int64_t kMaxEdge = 16384;
  const Shape& input = network.input;
  const auto fits = [](int64_t edge, int64_t inner) { return edge >= inner && edge <= kMaxEdge; };
  if (input.rank() == 3 && fits(resize.height, input[0]) && fits(resize.width, input[1])) return;
  throw Error(fmt::format("{}: expected a size of at most {} that contains the network's input, {}, found {}x{}", where,
                          kMaxEdge, input.to_string(), resize.height, resize.width));
}

PictureSize read_resize(const nlohmann::json& value, const Network& network, const std::string& where) {
  Pair size = {};
  read_value(value, where, size);
  const PictureSize resize = {size[0], size[1]};
  check_resize(resize, network, where);
  return resize;
}

}  // namespace fer::io
