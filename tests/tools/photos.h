// Real faces for tests: the astronaut of Debian's python3-skimage. None is committed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "fer/vision.h"
#include "tests/support/paths.h"

namespace fer::test {

inline bool command_works(const std::string& command) {
  return std::system((command + " > /dev/null 2>&1").c_str()) == 0;
}

// Where this is not empty a test of faces skips, and says it.
inline std::string why_no_faces() {
  if (!has_opencv()) return "no OpenCV in this build: apt-get install libopencv-objdetect-dev";
  try {
    cascade_file(kDefaultCascade);
  } catch (const std::exception& error) {
    return error.what();
  }
  static const bool has_skimage = command_works("/usr/bin/python3 -c 'from skimage import data; data.astronaut'");
  return has_skimage ? "" : "no photo: apt-get install python3-skimage";
}

// Writes the astronaut, 512x512 pixels in colour with one face.
inline bool write_astronaut(const std::string& path) {
  return command_works("/usr/bin/python3 -c \"from skimage import data, io; io.imsave('" + path +
                       "', data.astronaut(), check_contrast=False)\"");
}

// A video of three faces (bench/live/make_video.py).
inline bool write_video(const std::string& path, const std::string& options) {
  return command_works("/usr/bin/python3 '" + source_dir() + "/bench/live/make_video.py' '" + path + "' " + options);
}

}  // namespace fer::test
