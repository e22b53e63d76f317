#include "tools/live/recorder.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"
#include "tools/cli/cli.h"

namespace fer::live {
namespace {

Image filled(int64_t height, int64_t width, uint8_t value) {
  return {height, width, 3, std::vector<uint8_t>(static_cast<size_t>(3 * height * width), value)};
}

TEST(Recorder, FramesAreNumberedPicturesOfAnySize) {
  const TemporaryFolder folder;
  Recorder recorder(folder / "frames", 25);
  recorder.write(filled(4, 6, 10));
  recorder.write(filled(3, 3, 20));
  recorder.finish();
  EXPECT_EQ(recorder.frames(), 2);
  EXPECT_EQ(read_image(folder / "frames/000000.png").pixels, filled(4, 6, 10).pixels);
  EXPECT_EQ(read_image(folder / "frames/000001.png").pixels, filled(3, 3, 20).pixels);
}

TEST(Recorder, AFolderThatHoldsSomethingAFileAndOtherVideosAreRefused) {
  const TemporaryFolder folder;
  put(folder / "file", "x");
  expect_contains(message_of([&] { Recorder(folder.path(), 25); }), "expected a new or an empty folder");
  expect_contains(message_of([&] { Recorder(folder / "file", 25); }), "found a file");
  EXPECT_THROW(Recorder(folder / "film.mkv", 25), cli::UsageError);
}

TEST(Recorder, APictureIsFittedIntoAnotherSizeWithItsShapeKept) {
  const Image out = fitted_into(filled(10, 10, 200), 20, 60);
  EXPECT_EQ(out.height, 20);
  EXPECT_EQ(out.width, 60);
  EXPECT_EQ(out.pixels[3 * (10 * 60 + 30)], 200);
  EXPECT_EQ(out.pixels[3 * (10 * 60 + 20)], 200);
  EXPECT_EQ(out.pixels[3 * (10 * 60 + 19)], 0);
  EXPECT_EQ(out.pixels[3 * (10 * 60 + 40)], 0);
}

}  // namespace
}  // namespace fer::live
