// The file of fitted pictures: what was written is what is read, and anything else is refused.
#include "data/picture_cache.h"

#include <gtest/gtest.h>

#include "core/atomic_file.h"
#include "data/checksum.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::data {
namespace {

constexpr PictureShape kSixPixels = {2, 3, 1};

// Three pictures, of which the second is bad.
class PictureCaches : public ::testing::Test {
 protected:
  void SetUp() override {
    core::write_file_atomically(path_, [&](const FileSink& sink) {
      PictureCacheWriter writer(kSixPixels, 3, sink);
      writer.add({1, 10, 100}, first_, checksum_of(first_));
      writer.add({2, 20, 200}, {}, 0);
      writer.add({3, 30, 300}, third_, checksum_of(third_));
      writer.finish();
    });
  }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string refusal(const std::string& content) const {
    put(path_, content);
    const std::string message = message_of([&] { PictureCache(path_, kSixPixels, 3); });
    return message.starts_with(path_ + ": ") ? message.substr(path_.size() + 2) : message;
  }

  const std::vector<uint8_t> first_ = {1, 2, 3, 4, 5, 6}, third_ = {9, 8, 7, 6, 5, 4};
  TemporaryFolder folder_;
  const std::string path_ = folder_ / "c.pixels";
};

TEST_F(PictureCaches, GiveWhatWasWritten) {
  const PictureCache cache(path_, kSixPixels, 3);
  ASSERT_EQ(cache.entries().size(), 3u);
  EXPECT_EQ(cache.entries()[2].stamp, (CacheStamp{3, 30, 300}));
  EXPECT_EQ(cache.entries()[1].record, -1);
  EXPECT_EQ(cache.entries()[2].record, 1);
  std::vector<uint8_t> pixels(6);
  cache.read(1, checksum_of(third_), pixels);
  EXPECT_EQ(pixels, third_);
  EXPECT_EQ(message_of([&] { cache.read(0, checksum_of(third_), pixels); }), path_ + ": is damaged");
  EXPECT_THROW(cache.read(1000, 0, pixels), Error);
}

TEST_F(PictureCaches, OfOtherPicturesAreRefused) {
  EXPECT_EQ(message_of([&] { PictureCache(path_, {3, 2, 1}, 3); }), path_ + ": is of pictures of another size");
  EXPECT_EQ(message_of([&] { PictureCache(path_, kSixPixels, 4); }),
            path_ + ": is of 3 pictures, found 4 in the folder");
}

TEST_F(PictureCaches, ThatAreNotWholeOrNotOursAreRefused) {
  const std::string whole = content();
  EXPECT_EQ(refusal(""), "is no cache of pictures");
  EXPECT_EQ(refusal(std::string(1000, 'x')), "is no cache of pictures");
  for (size_t length = 0; length < whole.size(); ++length) refusal(whole.substr(0, length));  // each throws an Error
  EXPECT_EQ(refusal(whole + "more"), "is not whole");
  std::string other_version = whole;
  other_version[9] ^= 1;
  EXPECT_EQ(refusal(other_version), "is of another version of libfer");
}

// All bytes but those of the pictures, each of which has a checksum of its own.
TEST_F(PictureCaches, WithAnyByteOfTheTableChangedAreRefused) {
  const std::string whole = content();
  for (size_t i = 0; i < whole.size(); ++i) {
    if (i >= 48 && i < 60) continue;
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    EXPECT_NE(refusal(damaged), "") << i;
  }
}

TEST_F(PictureCaches, AreRemovedOnlyWhileTheyAreThere) {
  const PictureCache cache(path_, kSixPixels, 3);
  const std::string whole = content();
  std::filesystem::remove(path_);
  put(path_, whole);
  cache.remove();
  EXPECT_TRUE(std::filesystem::exists(path_)) << "another run's";
  PictureCache(path_, kSixPixels, 3).remove();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace fer::data
