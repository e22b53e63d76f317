// A real face for the tests, from a package: the astronaut of Debian's python3-skimage, which is in the public domain
// (NASA). Nothing of it is kept here.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fer/image.h"

namespace fer {

inline constexpr const char* kAstronaut = "/usr/lib/python3/dist-packages/skimage/data/astronaut.png";

#define FER_NEEDS_FILE(path, package) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << (path) << " is missing: apt-get install " package

inline Image grey_picture(int64_t height, int64_t width, uint8_t value) {
  return {height, width, 1, std::vector<uint8_t>(static_cast<size_t>(height * width), value)};
}

// Light and dark blots, among which a weak cascade sees much.
inline Image blots(int64_t height, int64_t width, int64_t channels) {
  Image image = {height, width, channels, {}};
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) {
      for (int64_t c = 0; c < channels; ++c) {
        image.pixels.push_back(static_cast<uint8_t>((((x / 9) * 37) ^ ((y / 7) * 91) ^ (c * 13)) % 251));
      }
    }
  }
  return image;
}

}  // namespace fer
