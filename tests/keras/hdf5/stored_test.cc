// An HDF5 file by its paths and texts, and which numbers it may give.
#include "keras/hdf5/stored.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/keras/hdf5_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

keras_file::StoredFile stored_file(const Hdf5Builder& builder) {
  return keras_file::StoredFile::of_content(builder.content());
}

TEST(KerasStored, MembersAreFoundByPaths) {
  Hdf5Builder builder;
  builder.floats("/a/b/c", {1});
  const keras_file::StoredFile file = stored_file(builder);
  const keras_file::Stored& root = file.root();
  const keras_file::Stored* c = root.find("a/b/c");
  ASSERT_NE(c, nullptr);
  EXPECT_EQ(c->path, "/a/b/c");
  EXPECT_EQ(root.find("/a//b/c/"), c);
  EXPECT_EQ(root.find("a\\b\\c"), c);
  EXPECT_EQ(root.find("a")->find("b/c"), c);
  EXPECT_EQ(root.find(""), &root);
  EXPECT_EQ(root.find("a/c"), nullptr);
  EXPECT_EQ(root.find("a/b/c/d"), nullptr);
}

TEST(KerasStored, NamesThatKerasWroteOnWindowsAreScopes) {
  Hdf5Builder builder;
  builder.floats("/layers\\conv2d/vars\\0", {2});
  const keras_file::StoredFile file = stored_file(builder);
  ASSERT_NE(file.root().find("layers/conv2d/vars/0"), nullptr);
  EXPECT_EQ(file.root().find("layers/conv2d/vars/0")->dims, std::vector<int64_t>{2});
}

TEST(KerasStored, ListsMayBeInParts) {
  keras_file::Stored stored;
  stored.texts["layer_names0"] = {"a", "b"};
  stored.texts["layer_names1"] = {"c"};
  stored.texts["layer_names3"] = {"after a gap"};
  EXPECT_EQ(stored.list("layer_names"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(stored.has_list("layer_names"));
  EXPECT_FALSE(stored.has_list("weight_names"));
  EXPECT_TRUE(stored.list("weight_names").empty());
  stored.texts["layer_names"] = {"whole"};
  EXPECT_EQ(stored.list("layer_names"), std::vector<std::string>{"whole"});
}

TEST(KerasStored, MoreNumbersThanTheFileMayHaveAreRefused) {
  Hdf5Builder builder;
  builder.promise("/half", {10 << 20});
  builder.promise("/large", {uint64_t{1} << 40});
  builder.promise("/overflow", {uint64_t{1} << 40, uint64_t{1} << 40});
  const keras_file::StoredFile file = stored_file(builder);
  const keras_file::Stored* half = file.root().find("half");
  ASSERT_NE(half, nullptr);
  EXPECT_NO_THROW(file.check({half}));
  // (64 MiB of floats are free: twice 10 Mi numbers are more.)
  expect_contains(message_of([&] { file.check({half, half}); }), "'/half': expected at most");
  for (const char* name : {"large", "overflow"}) {
    const keras_file::Stored* dataset = file.root().find(name);
    ASSERT_NE(dataset, nullptr);
    expect_contains(message_of([&] { file.check({dataset}); }), std::string("'/") + name + "': expected at most");
    expect_contains(message_of([&] {
                      file.read({{dataset, [](std::span<const float>) { FAIL(); }}});
                    }),
                    std::string("'/") + name + "': expected at most");
  }
}

TEST(KerasStored, OnlyRegularFilesAreRead) {
  const TemporaryFolder folder;
  const auto refusal = [](const std::string& path) {
    return message_of([&] { const keras_file::StoredFile file(path); });
  };
  expect_contains(refusal(folder / "none.h5"), "cannot be read: No such file");
  expect_contains(refusal(folder.path()), "expected a regular file, found another kind");
  ASSERT_EQ(::mkfifo((folder / "pipe.h5").c_str(), 0600), 0);
  expect_contains(refusal(folder / "pipe.h5"), "expected a regular file, found another kind");
  put(folder / "text.h5", "no HDF5");
  expect_contains(refusal(folder / "text.h5"), "expected a whole HDF5 file");
}

}  // namespace
}  // namespace fer
