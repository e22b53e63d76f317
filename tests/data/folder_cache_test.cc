// Folders with a cache give the pictures that they give without one.
#include "data/folder_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "fer/image.h"
#include "fer/picture_folder.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

namespace fs = std::filesystem;

// happy/0.png to happy/19.png, of 9x9, fitted to 6x6.
class FolderCaches : public ::testing::Test {
 protected:
  static constexpr int kPictures = 20;

  void SetUp() override {
    fs::create_directories(pics_ + "/happy");
    for (int i = 0; i < kPictures; ++i) put(picture(i), bytes(i));
  }
  static std::string bytes(int i) {
    Image image = {9, 9, 1, std::vector<uint8_t>(81)};
    for (size_t p = 0; p < 81; ++p) image.pixels[p] = static_cast<uint8_t>(p * 7 + static_cast<size_t>(i) * 31);
    return encode_png(image);
  }
  // (Names with as many digits, so that their order is that of the numbers.)
  std::string picture(int i) const { return pics_ + "/happy/" + std::to_string(100 + i) + ".png"; }
  PictureFolder read(const std::string& cache, bool in_memory = true) const {
    return read_picture_folder(pics_, {.height = 6,
                                       .width = 6,
                                       .skip_bad = true,
                                       .memory_bytes = in_memory ? 1 << 20 : 1,
                                       .cache_dir = cache,
                                       .on_note = [this](const std::string& line) { said_.push_back(line); }});
  }
  std::vector<uint8_t> pixels(const Dataset& data) const {
    std::vector<uint8_t> all(static_cast<size_t>(data.size() * 36));
    for (int64_t i = 0; i < data.size(); ++i) {
      copy_picture(data, i, std::span(all).subspan(static_cast<size_t>(i) * 36, 36));
    }
    return all;
  }
  std::string note(const PictureFolder& folder) const {
    if (folder.notes.size() != 1) return std::to_string(folder.notes.size()) + " notes";
    const std::string& line = folder.notes[0];
    const size_t colon = line.find(": ");
    return line.substr(colon + 2);
  }
  std::string cache_file() const { return folder_ / "cache/" + *names(folder_ / "cache").begin(); }
  static std::set<std::string> names(const std::string& path) {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(path)) found.insert(entry.path().filename().string());
    return found;
  }
  // Other bytes of the same length, name and time.
  void change_unseen(const std::string& path, size_t at) const {
    const fs::file_time_type time = fs::last_write_time(path);
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const char old = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(old ^ 1));
    file.close();
    fs::last_write_time(path, time);
  }

  TemporaryFolder folder_;
  const std::string pics_ = folder_ / "pics", cache_ = folder_ / "cache";
  mutable std::vector<std::string> said_;
};

TEST_F(FolderCaches, AreMadeOnceAndGiveTheSamePixels) {
  const Dataset without = read("").data;
  for (const bool in_memory : {true, false}) {
    fs::remove_all(cache_);
    const PictureFolder first = read(cache_, in_memory);
    EXPECT_EQ(note(first), "the cache of " + pics_ + " is made");
    EXPECT_EQ(pixels(first.data), without.pixels);
    EXPECT_EQ(names(cache_).size(), 1u);
    // What lies in the files does not matter any more: it is not decoded.
    put(folder_ / "kept", "");
    fs::rename(picture(1), folder_ / "kept");
    const std::string junk(fs::file_size(folder_ / "kept"), 'x');
    put(picture(1), junk);
    fs::last_write_time(picture(1), fs::last_write_time(folder_ / "kept"));
    const PictureFolder second = read(cache_, in_memory);
    EXPECT_EQ(note(second), "the cache of " + pics_ + " is used");
    EXPECT_EQ(static_cast<bool>(second.data.source), !in_memory);
    EXPECT_EQ(pixels(second.data), without.pixels);
    EXPECT_EQ(pixels(first.data), without.pixels);
    EXPECT_EQ(second.data.files, without.files);
    EXPECT_EQ(second.data.labels, without.labels);
    fs::rename(folder_ / "kept", picture(1));
  }
  EXPECT_TRUE(said_.empty());
}

TEST_F(FolderCaches, OfPicturesThatChangedAreMadeAnew) {
  read(cache_);
  const auto expect_anew = [&](const std::string& reason) {
    const PictureFolder folder = read(cache_);
    EXPECT_EQ(note(folder), "the cache of " + pics_ + " is made anew: the one that was there: " + reason);
    EXPECT_EQ(folder.data.pixels, read("").data.pixels);
    EXPECT_EQ(note(read(cache_)), "the cache of " + pics_ + " is used");
  };
  put(picture(3), bytes(77));
  expect_anew(picture(3) + " has changed, or is new");
  fs::last_write_time(picture(4), fs::last_write_time(picture(4)) + std::chrono::nanoseconds(1));
  expect_anew(picture(4) + " has changed, or is new");
  fs::rename(picture(5), pics_ + "/happy/1050.png");
  expect_anew(pics_ + "/happy/1050.png has changed, or is new");
  fs::remove(picture(6));
  expect_anew("is of 20 pictures, found 19 in the folder");
  // The first picture is one of those that are decoded to see that the pixels are still the same.
  const fs::file_time_type time = fs::last_write_time(picture(0));
  const std::string other = bytes(1);
  ASSERT_EQ(other.size(), fs::file_size(picture(0))) << "the two pictures are to be of one length";
  put(picture(0), other);
  fs::last_write_time(picture(0), time);
  expect_anew("other pixels come of " + picture(0));
}

TEST_F(FolderCaches, ThatAreDamagedAreMadeAnew) {
  read(cache_);
  const std::string file = cache_file();
  change_unseen(file, 48 + 36 + 5);  // the second picture
  EXPECT_EQ(note(read(cache_)), "the cache of " + pics_ + " is made anew: the one that was there: is damaged");
  fs::resize_file(file, fs::file_size(file) / 2);
  const PictureFolder cut = read(cache_);
  EXPECT_NE(note(cut).find("is made anew"), std::string::npos) << note(cut);
  put(file, "what somebody else has written there, for a reason of their own, and long enough to be a header");
  EXPECT_EQ(note(read(cache_)),
            "the cache of " + pics_ + " is made anew: the one that was there: is no cache of pictures");
  EXPECT_EQ(note(read(cache_)), "the cache of " + pics_ + " is used");
}

TEST_F(FolderCaches, ThatTurnOutToBeDamagedAreRemovedAndTheFilesRead) {
  const std::vector<uint8_t> without = read("").data.pixels;
  read(cache_, false);
  const std::string file = cache_file();
  change_unseen(file, 48 + 36 + 5);
  const Dataset data = read(cache_, false).data;
  EXPECT_EQ(pixels(data), without);
  EXPECT_EQ(said_, std::vector<std::string>{
                       file + ": is damaged: removed; its pictures are decoded from their files where needed"});
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(note(read(cache_, false)), "the cache of " + pics_ + " is made");
}

TEST_F(FolderCaches, KeepBadPicturesBad) {
  put(picture(2), "no picture");
  for (const char* what : {"made", "used"}) {
    for (const bool in_memory : {true, false}) {
      const PictureFolder folder = read(cache_ + (in_memory ? "1" : "2"), in_memory);
      EXPECT_EQ(note(folder), "the cache of " + pics_ + " is " + what);
      ASSERT_EQ(folder.bad.size(), 1u);
      EXPECT_NE(folder.bad[0].reason.find("expected a PNG"), std::string::npos) << folder.bad[0].reason;
      EXPECT_EQ(pixels(folder.data), read("").data.pixels);
    }
  }
}

TEST_F(FolderCaches, AreOneForEachSizeAndFolder) {
  read(cache_);
  read_picture_folder(pics_, {.height = 5, .width = 6, .channels = 3, .cache_dir = cache_});
  fs::create_directories(folder_ / "other");
  fs::copy(pics_, folder_ / "other/pics", fs::copy_options::recursive);
  read_picture_folder(folder_ / "other/pics", {.height = 6, .width = 6, .cache_dir = cache_});
  EXPECT_EQ(names(cache_).size(), 3u);
  // However the folder is called.
  const PictureFolder same = read_picture_folder(pics_ + "/../pics/", {.height = 6, .width = 6, .cache_dir = cache_});
  EXPECT_EQ(note(same), "the cache of " + pics_ + "/../pics/ is used");
}

TEST_F(FolderCaches, ThatCannotBeMadeAreGoneWithout) {
  const std::vector<uint8_t> without = read("").data.pixels;
  put(folder_ / "file", "");
  const PictureFolder no_folder = read(folder_ / "file");
  ASSERT_EQ(no_folder.notes.size(), 1u);
  expect_contains(no_folder.notes[0], ": " + pics_ + " goes without a cache");
  EXPECT_EQ(no_folder.data.pixels, without);
  for (const rlim_t bytes : {0, 300, 1000}) {
    for (const bool in_memory : {true, false}) {
      PictureFolder full;
      {
        const FileSizeLimit limit(bytes);
        full = read(cache_, in_memory);
      }
      ASSERT_EQ(full.notes.size(), 1u);
      expect_contains(full.notes[0], ": cannot be written: File too large: " + pics_ + " goes without a cache");
      EXPECT_EQ(pixels(full.data), without);
      EXPECT_TRUE(names(cache_).empty());
    }
  }
}

TEST_F(FolderCaches, MayNotLieAmongTheClasses) {
  expect_contains(message_of([&] { read(pics_ + "/cache"); }), "/cache: expected a folder for the cache that is not");
  expect_contains(message_of([&] { read(pics_ + "/happy"); }), "expected a folder for the cache that is not within");
  EXPECT_EQ(note(read(pics_ + "/.cache")), "the cache of " + pics_ + " is made");
  EXPECT_EQ(note(read(pics_ + "/.cache")), "the cache of " + pics_ + " is used");
  EXPECT_EQ(note(read(pics_)), "the cache of " + pics_ + " is made");
  EXPECT_EQ(note(read(pics_)), "the cache of " + pics_ + " is used");
}

TEST_F(FolderCaches, AreWholeWhoeverMakesThemAtOnce) {
  const std::vector<uint8_t> without = read("").data.pixels;
  std::vector<std::vector<uint8_t>> found(6);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] { found[i] = pixels(read(cache_, i % 2 == 0).data); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<uint8_t>& one : found) EXPECT_EQ(one, without);
  EXPECT_EQ(names(cache_).size(), 1u);
  EXPECT_EQ(note(read(cache_)), "the cache of " + pics_ + " is used");
  EXPECT_TRUE(said_.empty());
}

}  // namespace
}  // namespace fer
