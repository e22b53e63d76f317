// Description files and lists of backgrounds.
#include <gtest/gtest.h>

#include "fer/cascade_samples.h"
#include "fer/file.h"
#include "tests/cascade/random_cascade.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

TEST(Lists, OfBoxesAreReadAsOpenCvDoes) {
  const auto pictures = parse_description(
      "# faces\nimg/img1.jpg 1 140 100 45 45\r\n\n  two words.jpg\t2 1 2 3 4 5 6 7 8 \nnone.jpg 0", "data/info.lst");
  ASSERT_EQ(pictures.size(), 3u);
  EXPECT_EQ(pictures[0].path, "data/img/img1.jpg");
  EXPECT_EQ(pictures[0].line, 2u);
  EXPECT_EQ(pictures[0].boxes, (std::vector<Box>{{140, 100, 45, 45}}));
  EXPECT_EQ(pictures[1].path, "data/two words.jpg");
  EXPECT_EQ(pictures[1].boxes, (std::vector<Box>{{1, 2, 3, 4}, {5, 6, 7, 8}}));
  EXPECT_TRUE(pictures[2].boxes.empty());
}

TEST(Lists, NameTheLineThatIsWrong) {
  const auto refusal = [](const std::string& text) { return message_of([&] { parse_description(text, "i.lst"); }); };
  expect_contains(refusal("a.png 1 0 0 2 2\nb.png 2 0 0 2 2\n"), "i.lst:2: expected FILE COUNT and left, top");
  expect_contains(refusal("a.png\n"), "i.lst:1: expected FILE COUNT");
  expect_contains(refusal("a.png 1 0 0 x 2\n"), "i.lst:1: expected whole numbers for a box, found 'x'");
  expect_contains(refusal("a.png 1 -1 0 2 2\n"), "found -1 0 2 2");
  expect_contains(refusal("a.png 1 1 0 0 2\n"), "a size of 1 or more");
}

TEST(Lists, SamplesAreCutOutOfTheirPictures) {
  const TemporaryFolder folder;
  const Image picture = random_picture(20, 30, 1);
  write_file(folder / "a.png", encode_png(picture));
  const auto cut = [&](const std::string& text, size_t limit = 100) {
    return cut_samples(parse_description(text, folder / "i.lst"), "i.lst", 5, 4, limit);
  };
  const SampleSet samples = cut("a.png 2 7 3 5 4 0 0 30 20\n");
  ASSERT_EQ(samples.count(), 2u);
  for (size_t y = 0; y < 4; ++y) {
    for (size_t x = 0; x < 5; ++x) EXPECT_EQ(samples.sample(0)[y * 5 + x], picture.pixels[(3 + y) * 30 + 7 + x]);
  }
  EXPECT_EQ(cut("a.png 2 7 3 5 4 0 0 30 20\n", 1).count(), 1u);
  expect_contains(message_of([&] { cut("a.png 1 26 0 5 4\n"); }),
                  "the box 26 0 5 4 is not within the picture of 30x20");
  expect_contains(message_of([&] { cut("a.png 1 9223372036854775807 0 5 4\n"); }), "is not within the picture");
  expect_contains(message_of([&] { cut("\nb.png 1 0 0 5 4\n"); }), "i.lst:2: ");
}

TEST(Lists, OfBackgroundsNameWhatIsNotThere) {
  const TemporaryFolder folder;
  put(folder / "a.png", "x");
  put(folder / "bg.txt", "a.png\n# more\n\na.png\n");
  EXPECT_EQ(read_backgrounds(folder / "bg.txt"), (std::vector<std::string>{folder / "a.png", folder / "a.png"}));
  put(folder / "bg.txt", "a.png\nb.png\n");
  expect_contains(message_of([&] { read_backgrounds(folder / "bg.txt"); }), "bg.txt:2: expected a picture's file");
  put(folder / "bg.txt", "\n");
  expect_contains(message_of([&] { read_backgrounds(folder / "bg.txt"); }), "found none");
}

}  // namespace
}  // namespace fer
