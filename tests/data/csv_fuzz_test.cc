// The fuzz target over its committed corpus, and over each file cut short and with single bytes changed: an ordinary
// build covers it too.
#include "tests/fuzz/csv_fuzz.cc"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace {

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

TEST(CsvFuzz, CorpusNeitherCrashesNorBreaksAPromise) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(FER_SOURCE_DIR "/tests/fuzz/corpus/csv")) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    ASSERT_FALSE(in.bad());
    run(text);
    std::mt19937 random(1);
    for (int trial = 0; trial < 50; ++trial) {
      run(text.substr(0, random() % (text.size() + 1)));
      std::string changed = text;
      if (!changed.empty()) changed[random() % changed.size()] = static_cast<char>(random());
      run(changed);
    }
    ++files;
  }
  EXPECT_GE(files, 8);
}

}  // namespace
