// What is listed of an HDF5 file.
#include <gtest/gtest.h>

#include "keras/hdf5/stored.h"
#include "tests/keras/refusal.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

using keras_file::Stored;
using keras_file::StoredFile;

TEST(HostileKeras, LargeAttributesAreRefused) {
  Hdf5Builder builder;
  fill_keras(builder, tiny_config());
  builder.text("/", "model_config", std::string(5 << 20, ' '));
  expect_contains(refusal_of_file(builder.content()), "expected attributes of at most 16 MiB in all and 4 MiB each");
}

TEST(KerasIndex, GroupsExtentsAndKindsOfNumbersAreListed) {
  Hdf5Builder builder;
  builder.floats("/a/b/floats", {2, 3});
  builder.floats("/a/doubles", {4}, {}, H5T_IEEE_F64BE);
  builder.floats("/a/integers", {}, {1}, H5T_STD_I64LE);
  builder.group("/empty");
  const StoredFile file = StoredFile::of_content(builder.content());
  const Stored* floats = file.root().find("a/b/floats");
  ASSERT_NE(floats, nullptr);
  EXPECT_TRUE(floats->is_dataset && floats->is_float);
  EXPECT_EQ(floats->path, "/a/b/floats");
  EXPECT_EQ(floats->dims, (std::vector<int64_t>{2, 3}));
  EXPECT_TRUE(file.root().find("a/doubles")->is_float);
  EXPECT_FALSE(file.root().find("a/integers")->is_float);
  EXPECT_TRUE(file.root().find("a/integers")->dims.empty());
  EXPECT_FALSE(file.root().find("a/b")->is_dataset);
  ASSERT_NE(file.root().find("empty"), nullptr);
  EXPECT_EQ(file.root().members.size(), 2u);
}

TEST(KerasIndex, TextsOfEveryFormAreListed) {
  Hdf5Builder builder;
  builder.group("/g");
  builder.text("/g", "variable", "a text");
  builder.text("/g", "fixed", "another", false);
  builder.texts("/g", "several", {"one", "longest", ""});
  builder.floats("/g/numbers", {1});
  builder.text("/g/numbers", "name", "of a dataset");
  const StoredFile file = StoredFile::of_content(builder.content());
  const Stored* group = file.root().find("g");
  ASSERT_NE(group, nullptr);
  using Texts = std::vector<std::string>;
  EXPECT_EQ(group->list("variable"), Texts{"a text"});
  EXPECT_EQ(group->list("fixed"), Texts{"another"});
  EXPECT_EQ(group->list("several"), (Texts{"one", "longest", ""}));
  EXPECT_EQ(group->find("numbers")->list("name"), Texts{"of a dataset"});
}

TEST(KerasIndex, TheOptimizersStateIsLeftOut) {
  Hdf5Builder builder;
  builder.floats("/optimizer_weights/adam/m:0", {2});
  builder.floats("/optimizer/vars/0", {2});
  builder.floats("/layers/optimizer/0", {2});
  const StoredFile file = StoredFile::of_content(builder.content());
  EXPECT_EQ(file.root().find("optimizer_weights"), nullptr);
  EXPECT_EQ(file.root().find("optimizer"), nullptr);
  EXPECT_NE(file.root().find("layers/optimizer/0"), nullptr);
}

TEST(KerasIndex, DatasetsOfManyAxesAreRefused) {
  Hdf5Builder builder;
  builder.floats("/numbers", {1, 1, 1, 1, 1, 1, 1, 1, 1});
  expect_contains(message_of([&] { StoredFile::of_content(builder.content()); }),
                  "'/numbers': expected at most 8 axes");
}

}  // namespace
}  // namespace fer
