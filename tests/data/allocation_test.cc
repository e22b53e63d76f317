// Data where memory ends (issue 12): a picture that could not be looked at is not left out.
#include <gtest/gtest.h>

#include "fer/picture_folder.h"
#include "fer/threads.h"
#include "tests/support/out_of_memory.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

#ifndef FER_TEST_SANITIZED
namespace fer {
namespace {

namespace fs = std::filesystem;

class DataOutOfMemory : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { set_num_threads(1); }
  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Failures, DataOutOfMemory, ::testing::Values(kOneFails, kAllFailFromThere),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

TEST_P(DataOutOfMemory, AFolderIsReadWholeOrNotAtAll) {
  // (Without WebP: libwebp 1.2 ends the program where an allocation fails.)
  for (const char* name : {"train/happy", "train/sad", "test/happy"}) {
    fs::create_directories(folder_ / name);
    for (const char* file : {"face.jpg", "face.png", "upright.png"}) {
      fs::copy_file(fer::source_dir() + "/tests/fixtures/pictures/" + file, folder_ / name + "/" + file);
    }
  }
  const auto read = [&] { return read_picture_folder(folder_.path(), {.height = 8, .width = 8, .skip_bad = true}); };
  const PictureFolder expected = read();
  ASSERT_EQ(expected.data.size(), 9);
  PictureFolder found;
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 7, [&] { found = read(); },
      [&](bool threw) {
        if (!threw) {
          EXPECT_TRUE(found.bad.empty()) << found.bad.at(0).reason;
          EXPECT_EQ(found.data.pixels, expected.data.pixels);
          EXPECT_EQ(found.data.files, expected.data.files);
        }
        found = {};
      });
  EXPECT_GE(thrown, 50);
}

TEST_P(DataOutOfMemory, ListedPicturesAreAllOrNone) {
  for (int i = 0; i < 5; ++i) put(folder_ / (std::to_string(i) + std::string(40, 'n') + ".png"), "x");
  const auto list = [&] { return picture_files(folder_.path()); };
  const std::vector<std::string> expected = list();
  std::vector<std::string> found;
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 1, [&] { found = list(); },
      [&](bool threw) {
        if (!threw) {
          EXPECT_EQ(found, expected);
        }
        found = {};
      });
  EXPECT_GE(thrown, 10);
}

}  // namespace
}  // namespace fer
#endif
