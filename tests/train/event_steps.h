// The steps that event files hold, found by the definition of their records, apart from the code that writes them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/train/small_run.h"

namespace fer {

// Of the records with a summary, in their order. Throws where the file does not end with a whole record.
inline std::vector<int64_t> event_steps_of_file(const std::string& path) {
  const std::string bytes = content_of(path);
  std::vector<int64_t> steps;
  for (size_t at = 0; at < bytes.size();) {
    uint64_t length = 0;
    if (bytes.size() - at < 16) throw std::runtime_error(path + ": half a record");
    std::memcpy(&length, bytes.data() + at, 8);
    if (length > bytes.size() - at - 16) throw std::runtime_error(path + ": half a record");
    const std::string event = bytes.substr(at + 12, length);
    // A wall time (a tag and eight bytes), then a step (its tag is 16, and these tests' steps are below 128) or, in the
    // first record, a version.
    if (event.find("epoch_loss") != std::string::npos) steps.push_back(event.at(9) == 16 ? event.at(10) : -1);
    at += length + 16;
  }
  return steps;
}

// Of all files of a folder, in the order of their names, as TensorBoard reads them.
inline std::vector<int64_t> event_steps(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  std::vector<int64_t> steps;
  for (const std::string& file : files) {
    const std::vector<int64_t> more = event_steps_of_file(file);
    steps.insert(steps.end(), more.begin(), more.end());
  }
  return steps;
}

}  // namespace fer
