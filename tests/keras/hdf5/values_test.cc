// Numbers out of an HDF5 file.
#include <gtest/gtest.h>

#include "keras/hdf5/stored.h"
#include "tests/keras/hdf5_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

std::vector<float> values_in(const keras_file::StoredFile& file, const std::string& path) {
  std::vector<float> values;
  const keras_file::Stored* dataset = file.root().find(path);
  EXPECT_NE(dataset, nullptr) << path;
  if (dataset == nullptr) return values;
  file.read({{dataset, [&](std::span<const float> found) { values.assign(found.begin(), found.end()); }}});
  return values;
}

TEST(KerasValues, NumbersOfEveryWidthAreFloats) {
  const std::vector<float> numbers = {0.5f, -3, 1024, 0.0625f};
  Hdf5Builder builder;
  builder.floats("/single", {2, 2}, numbers);
  builder.floats("/double", {4}, numbers, H5T_IEEE_F64LE);
  builder.floats("/other_order", {4, 1}, numbers, H5T_IEEE_F32BE);
  const TemporaryFolder folder;
  put(folder / "m.h5", builder.content());
  keras_file::StoredFile opened(folder / "m.h5");
  const keras_file::StoredFile of_file(std::move(opened)),
      of_memory = keras_file::StoredFile::of_content(builder.content());
  for (const char* path : {"single", "double", "other_order"}) {
    EXPECT_EQ(values_in(of_file, path), numbers) << path;
    EXPECT_EQ(values_in(of_memory, path), numbers) << path;
  }
}

TEST(KerasValues, DatasetsAreHandedOverInTheOrderAskedFor) {
  Hdf5Builder builder;
  builder.floats("/a", {1}, {1});
  builder.floats("/b", {2}, {2, 3});
  builder.floats("/none", {0, 3});
  const keras_file::StoredFile file = keras_file::StoredFile::of_content(builder.content());
  std::vector<std::vector<float>> taken;
  const auto take = [&](std::span<const float> found) { taken.emplace_back(found.begin(), found.end()); };
  const keras_file::Stored& root = file.root();
  file.read({{root.find("b"), take}, {root.find("none"), take}, {root.find("a"), take}});
  EXPECT_EQ(taken, (std::vector<std::vector<float>>{{2, 3}, {}, {1}}));
}

// A file with "/numbers", 8 in chunks of 4, as `set` has it.
keras_file::StoredFile in_chunks(void (*set)(hid_t plan)) {
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t chunk = 4;
  H5Pset_chunk(plan, 1, &chunk);
  set(plan);
  Hdf5Builder builder;
  builder.floats("/numbers", {8}, {1, 2, 3, 4, 5, 6, 7, 8}, H5T_IEEE_F32LE, plan);
  H5Pclose(plan);
  return keras_file::StoredFile::of_content(builder.content());
}

TEST(KerasValues, FiltersOfHdf5ItselfAreUndone) {
  const keras_file::StoredFile file = in_chunks([](hid_t plan) {
    H5Pset_shuffle(plan);
    H5Pset_deflate(plan, 6);
    H5Pset_fletcher32(plan);
  });
  EXPECT_EQ(values_in(file, "numbers"), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(KerasValues, OtherFiltersAreRefusedWhenNumbersAreRead) {
  const keras_file::StoredFile file =
      in_chunks([](hid_t plan) { H5Pset_filter(plan, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr); });
  expect_contains(message_of([&] { values_in(file, "numbers"); }),
                  "'/numbers': expected gzip, shuffle or fletcher32, found filter 32000");
}

}  // namespace
}  // namespace fer
