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

}  // namespace fer
