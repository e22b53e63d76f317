// A fuzz target over its committed corpus, and over each file cut short and with single bytes changed: an ordinary
// test, so that every compiler and sanitizer covers it. A target aborts on what it finds.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/paths.h"

namespace fer {

// At most about `tries` changed forms of each file.
template <class Target>
void run_corpus(const std::string& folder, const Target& target, size_t tries) {
  const auto run = [&](const std::string& input) {
    EXPECT_EQ(target(reinterpret_cast<const uint8_t*>(input.data()), input.size()), 0);
  };
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(fer::source_dir() + "/tests/fuzz/corpus/" + folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    run(input);
    ++files;
    const size_t step = input.size() / tries + 1;
    for (size_t i = 0; i < input.size(); i += step) {
      run(input.substr(0, i));
      std::string changed = input;
      for (const int change : {1, 0x80, 0xff}) {
        changed[i] = static_cast<char>(input[i] ^ change);
        run(changed);
      }
    }
  }
  EXPECT_GT(files, 3u);
}

}  // namespace fer
