#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "fer/file.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

using namespace std::string_literals;

TEST(PathContent, IsToldByBytesNotByNames) {
  const TemporaryFolder folder;
  const auto content = [&](const std::string& name, const std::string& bytes) {
    put(folder / name, bytes);
    return path_content(folder / name);
  };
  EXPECT_EQ(content("face.safetensors", "\x89PNG\r\n\x1a\n"s), PathContent::kData);
  EXPECT_EQ(content("face.png", "\xff\xd8\xff\xe0"s), PathContent::kData);
  EXPECT_EQ(content("model", "emotion,pixels,Usage\n0,1 2 3,Training\n"), PathContent::kData);
  EXPECT_EQ(content("test.csv", "pixels\n1 2 3\n"), PathContent::kData);
  EXPECT_EQ(content("old.bmp", "GIF89a"), PathContent::kData);
  EXPECT_EQ(content("model.png", "\x10\0\0\0\0\0\0\0{\"a\": 1}      "s), PathContent::kModel);
  EXPECT_EQ(content("other.onnx", "\x08\x08\x12\x07pytorch"), PathContent::kModel);
  EXPECT_EQ(content("net.json", "{\"layers\": []}"), PathContent::kModel);
  EXPECT_EQ(content("empty.png", ""), PathContent::kUnknown);
  EXPECT_EQ(content("pointer.png", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
            PathContent::kUnknown);
}

TEST(PathContent, OfFoldersPipesAndNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(path_content(folder / "none"), PathContent::kUnknown);
  EXPECT_EQ(path_content(folder.path()), PathContent::kData);
  std::filesystem::create_directory(folder / "run");
  put((folder / "run") + "/best.safetensors", "");
  EXPECT_EQ(path_content(folder / "run"), PathContent::kModel);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(path_content(folder / "pipe"), PathContent::kUnknown);  // and is not waited for
  EXPECT_EQ(path_content("/dev/zero"), PathContent::kUnknown);
}

}  // namespace
}  // namespace fer
