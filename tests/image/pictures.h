// Pictures for the tests of their readers.
#pragma once

#include <string>
#include <vector>

#include "fer/error.h"
#include "fer/image.h"
#include "image/image_codecs.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace fer {

using Bytes = std::vector<uint8_t>;

inline Image decoded(const std::string& bytes) { return image::decode_image(bytes, "p"); }
// Made by tests/fuzz/image_corpus.cc.
inline std::string fixture_bytes(const std::string& name) {
  return content_of(source_dir() + "/tests/fuzz/corpus/image/" + name);
}
inline Image fixture(const std::string& name) { return decoded(fixture_bytes(name)); }

inline std::string refusal(const std::string& bytes) {
  return message_of([&] { decoded(bytes); });
}

// Every pixel differs from its neighbours.
inline Image pattern(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t i = 0; i < height * width * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 37 + i / 7));
  return image;
}

// Not a pattern that JPEG would lose: slow slopes.
inline Image slope(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) image.pixels.push_back(static_cast<uint8_t>(40 + 2 * y + 3 * x + 10 * c));
    }
  }
  return image;
}

}  // namespace fer
