// Pictures of a folder as a data set: bad ones are those whose bytes are bad.
#include "fer/picture_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fer/image.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

namespace fs = std::filesystem;

Image grey(uint8_t value) { return {4, 4, 1, std::vector<uint8_t>(16, value)}; }

// sad/0.png to sad/4.png, in shades of grey.
class PictureFolders : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "sad");
    for (int i = 0; i < 5; ++i) put(folder_ / picture(i), encode_png(grey(static_cast<uint8_t>(10 * i))));
  }
  static std::string picture(int i) { return "sad/" + std::to_string(i) + ".png"; }
  PictureFolder read(bool skip_bad = true) const {
    return read_picture_folder(folder_.path(), {.height = 4, .width = 4, .skip_bad = skip_bad});
  }

  TemporaryFolder folder_;
};

TEST_F(PictureFolders, BecomeADataSet) {
  const PictureFolder folder = read(false);
  ASSERT_EQ(folder.data.size(), 5);
  EXPECT_TRUE(folder.bad.empty());
  EXPECT_EQ(folder.data.class_names, std::vector<std::string>{"sad"});
  EXPECT_EQ(folder.data.files[3], folder_ / picture(3));
  EXPECT_EQ(folder.data.picture(3)[0], 30);
}

TEST_F(PictureFolders, WhoseBytesAreBadAreLeftOutOrRefused) {
  put(folder_ / picture(1), "no picture");
  put(folder_ / picture(2), encode_png(grey(1)).substr(0, 60));
  put(folder_ / picture(3), "");
  fs::remove(folder_ / picture(4));
  fs::create_symlink("nowhere", folder_ / picture(4));
  const PictureFolder folder = read();
  EXPECT_EQ(folder.data.size(), 1);
  ASSERT_EQ(folder.bad.size(), 4u);
  EXPECT_EQ(folder.bad[0].path, folder_ / picture(1));
  expect_contains(folder.bad[0].reason, "expected a PNG");
  EXPECT_EQ(folder.bad[3].reason, "is a link that leads nowhere");
  expect_contains(message_of([&] { read(false); }), ": 4 of 5 pictures cannot be read (--skip-bad leaves them out)");
}

TEST_F(PictureFolders, ThatMayNotBeReadAreNotCalledBad) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder_ / picture(2)).c_str(), 0), 0);
  const bool root = ::geteuid() == 0;
  ASSERT_EQ(root ? ::seteuid(65534) : 0, 0);
  const std::string message = message_of([&] { read(); });
  ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
  EXPECT_EQ(message, (folder_ / picture(2)) + ": cannot be read: Permission denied");
}

TEST_F(PictureFolders, APipeUnderAPicturesNameEndsIt) {
  ASSERT_EQ(::mkfifo((folder_ / "sad/p.png").c_str(), 0600), 0);
  expect_contains(message_of([&] { read(); }), "p.png: expected a PNG, JPEG, PGM, PPM or WebP picture, found a pipe");
}

TEST(IsFolder, SaysWhereItCouldNotLook) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  fs::create_symlink("nowhere", folder / "link");
  EXPECT_TRUE(is_folder(folder.path()));
  EXPECT_FALSE(is_folder(folder / "f"));
  EXPECT_FALSE(is_folder(folder / "none"));
  expect_contains(message_of([&] { is_folder(folder / "link"); }), "link: is a link that leads nowhere");
}

}  // namespace
}  // namespace fer
