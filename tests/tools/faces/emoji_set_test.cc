#include "tools/faces/emoji_set.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "fer/error.h"
#include "fer/file.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::cli {
namespace {

TEST(EmojiSet, KnowsClassesInAnySpellingAndNamesThoseItHasNotGot) {
  EmojiSet set = EmojiSet::drawn({"Happiness", "fear+surprise", "sad"});
  EXPECT_EQ(set.missing(), (std::vector<std::string>{"fear+surprise"}));
  ASSERT_NE(set.of(0, 40), nullptr);
  EXPECT_EQ(set.of(0, 40)->colour.width, 40);
  EXPECT_EQ(set.of(0, 40)->colour.pixels, drawn_emoji("happy", 40).colour.pixels);
  EXPECT_EQ(set.of(1, 40), nullptr);
  EXPECT_EQ(set.of(2, 17)->colour.width, 17);
  EXPECT_EQ(set.of(3, 40), nullptr);
  EXPECT_TRUE(EmojiSet().empty());
  EXPECT_EQ(EmojiSet().of(0, 40), nullptr);
}

TEST(EmojiSet, AFoldersPicturesKeepTheirShape) {
  const TemporaryFolder folder;
  const Image wide = {2, 4, 3, std::vector<uint8_t>(24, 200)};
  write_file(folder / "Happy.PNG", encode_png(wide));
  write_file(folder / "notes.txt", "no picture");
  EmojiSet set = EmojiSet::from_folder(folder.path(), {"sad", "happy"});
  EXPECT_EQ(set.missing(), (std::vector<std::string>{"sad"}));
  ASSERT_NE(set.of(1, 40), nullptr);
  EXPECT_EQ(set.of(1, 40)->colour.width, 40);
  EXPECT_EQ(set.of(1, 40)->colour.height, 20);
  EXPECT_EQ(set.of(0, 40), nullptr);
}

TEST(EmojiSet, AFolderThatDoesNotFitIsRefused) {
  const TemporaryFolder folder;
  expect_contains(message_of([&] { EmojiSet::from_folder(folder.path(), {"sad", "happy"}); }), "sad.png, happy.png");
  expect_contains(message_of([&] { EmojiSet::from_folder(folder / "none", {"sad"}); }), "expected a folder");
  const Image dot = {1, 1, 1, {9}};
  write_file(folder / "sad.png", encode_png(dot));
  write_file(folder / "Sadness.png", encode_png(dot));
  expect_contains(message_of([&] { EmojiSet::from_folder(folder.path(), {"sad"}); }), "two pictures of one class");
  write_file(folder / "Sadness.png", "no picture");
  std::filesystem::remove(folder / "sad.png");
  EXPECT_THROW(EmojiSet::from_folder(folder.path(), {"sad"}), Error);
}

}  // namespace
}  // namespace fer::cli
