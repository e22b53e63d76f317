// Keras's archives: what is taken from them, and how much at most.
#include "keras/hdf5/archive.h"

#include <gtest/gtest.h>

#include "tests/keras/refusal.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(HostileKeras, ZipBombsAreRefused) {
  const std::string zeros(200 << 20, '\0');
  const std::string weights = zip_of({{"config.json", tiny_config().dump()}, {"model.weights.h5", zeros}}, true);
  EXPECT_LT(weights.size(), zeros.size() / 500);
  expect_contains(refusal_of_file(weights), "model.weights.h5: expected at most");
  const std::string config = zip_of({{"config.json", zeros}, {"model.weights.h5", tiny_vars()}}, true);
  expect_contains(refusal_of_file(config), "config.json: expected at most 4194304 bytes unpacked");
}

// The size of a member stands before it and in the directory at the end: `from` there becomes `to`.
std::string with_size(std::string zip, uint32_t from, uint32_t to) {
  const std::string_view old(reinterpret_cast<const char*>(&from), sizeof from);
  for (size_t at = zip.find(old); at != zip.npos; at = zip.find(old, at + 1)) {
    zip.replace(at, old.size(), reinterpret_cast<const char*>(&to), sizeof to);
  }
  return zip;
}

TEST(HostileKeras, MembersOfAnotherSizeThanSaidAreRefused) {
  const std::string archive = tiny_archive();
  const auto size = static_cast<uint32_t>(tiny_vars().size());
  for (const uint32_t lie : {size - 1, size + 1, 17u, 1u << 20}) {
    EXPECT_FALSE(refusal_of_file(with_size(archive, size, lie)).empty()) << lie;
  }
}

TEST(HostileKeras, MissingMembersAreNamed) {
  expect_contains(refusal_of_file(zip_of({{"model.weights.h5", tiny_vars()}})),
                  "expected a member config.json, found none");
  expect_contains(refusal_of_file(zip_of({{"config.json", tiny_config().dump()}})),
                  "expected a member model.weights.h5");
  expect_contains(refusal_of_file(zip_of({{"config.json", "{}"}, {"model.weights.npz", "x"}})),
                  "expected weights in model.weights.h5, found model.weights.npz");
}

TEST(KerasArchive, MembersAreTakenWhole) {
  for (const bool packed : {false, true}) {
    const std::string content = tiny_archive(tiny_config(), packed);
    EXPECT_TRUE(keras_file::is_archive(content));
    const keras_file::Archive archive = keras_file::read_archive(content);
    EXPECT_EQ(archive.config, tiny_config().dump());
    EXPECT_EQ(archive.metadata, R"({"keras_version": "3.3.3"})");
    EXPECT_EQ(archive.weights.size(), tiny_vars().size());  // (an HDF5 file has the second in which it was made)
    EXPECT_EQ(content.find(archive.weights) != content.npos, !packed);
  }
  EXPECT_FALSE(keras_file::is_archive(tiny_keras()));
  EXPECT_FALSE(keras_file::is_archive("PK"));
}

TEST(KerasArchive, MetadataMayMiss) {
  EXPECT_EQ(keras_file::read_archive(zip_of({{"config.json", "{}"}, {"model.weights.h5", "x"}})).metadata, "");
}

TEST(KerasArchive, AChangedByteIsSeenByTheChecksum) {
  std::string content = zip_of({{"config.json", "{\"a\": 1}"}, {"model.weights.h5", "the weights"}});
  content[content.find("the weights")] = 'T';
  expect_contains(message_of([&] { keras_file::read_archive(content); }), "model.weights.h5: cannot be unpacked");
}

}  // namespace
}  // namespace fer
