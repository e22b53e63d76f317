// The .keras form: a zip file.
#pragma once

#include <string>
#include <string_view>

namespace fer::keras_file {

struct Archive {
  std::string config;    // config.json
  std::string metadata;  // metadata.json; empty where there is none
  std::string weights;   // model.weights.h5
};

// True for what begins as a zip file does.
bool is_archive(std::string_view content);

// Throws Error on anything but a whole zip file with both members. A member is unpacked to what the file says it has,
// never more, and only where that is at most 8 times the file and 64 MiB.
Archive read_archive(std::string_view content);

}  // namespace fer::keras_file
