// Keras's files where memory ends, in this process or in the one that reads HDF5 (issue 12).
#include <gtest/gtest.h>

#include "fer/keras.h"
#include "tests/keras/tiny.h"
#include "tests/support/out_of_memory.h"
#include "tests/support/temporary_folder.h"

#ifndef FER_TEST_SANITIZED
namespace fer {
namespace {

class KerasOutOfMemory : public testing::TestWithParam<int64_t> {};

INSTANTIATE_TEST_SUITE_P(Failures, KerasOutOfMemory, ::testing::Values(kOneFails, kAllFailFromThere),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

void expect_refusals(int64_t number, int64_t stride, const std::string& name, const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = folder / name;
  put(path, content);
  const auto values = [](const Model& model) {
    const std::span<const float> all = model.weights.values.values();
    return std::vector<float>(all.begin(), all.end());
  };
  const std::vector<float> expected = values(read_keras(path).model);
  KerasModel read;
  const int64_t thrown = for_each_failing_allocation(
      number, stride, [&] { read = read_keras(path); },
      [&](bool threw) {
        if (!threw) {
          EXPECT_EQ(values(read.model), expected);
        }
        read = {};
      });
  EXPECT_GE(thrown, 20);
  EXPECT_EQ(values(read_keras(path).model), expected);
}

TEST_P(KerasOutOfMemory, Hdf5ThatIsReadThrows) { expect_refusals(GetParam(), 29, "m.h5", graph_keras()); }

// (Where one allocation fails and the next does not, libzip 1.7 takes the archive for none.)
TEST(KerasOutOfMemoryForGood, AnArchiveThatIsReadThrows) {
  expect_refusals(kAllFailFromThere, 29, "m.keras", tiny_archive());
}

}  // namespace
}  // namespace fer
#endif
