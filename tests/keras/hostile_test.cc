// Files that lie: a clear refusal, and no memory taken for what they say.
#include <gtest/gtest.h>

#include <cmath>

#include "fer/error.h"
#include "keras/model_bytes.h"
#include "tests/keras/refusal.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

TEST(HostileKeras, TheModelsThatAreSpoiledBelowAreTakenWhole) {
  EXPECT_EQ(keras_file::parse_model(tiny_keras(), {}, "m").model.network.layers.size(), 3u);
  EXPECT_EQ(keras_file::parse_model(graph_keras(), {}, "m").model.network.layers.size(), 5u);
  EXPECT_EQ(keras_file::parse_model(tiny_archive(), {}, "m").model.network.layers.size(), 3u);
}

TEST(HostileKeras, EveryLieOfAnHdf5FileIsRefused) {
  for (const HostileHdf5& hostile : hostile_hdf5()) {
    SCOPED_TRACE(hostile.name);
    Hdf5Builder builder;
    fill_keras(builder, tiny_config());
    hostile.spoil(builder);
    expect_contains(refusal_of_file(builder.content()), hostile.message);
  }
}

TEST(HostileKeras, EveryLieOfAModelsJsonIsRefused) {
  for (const HostileConfig& hostile : hostile_configs()) {
    SCOPED_TRACE(hostile.name);
    Json config = tiny_config();
    hostile.spoil(config);
    expect_contains(message_of([&] { keras_file::parse_config(config.dump()); }), hostile.message);
    expect_contains(refusal_of_file(tiny_keras(config)), hostile.message);
  }
}

TEST(HostileKeras, EveryTruncationIsRefused) {
  for (const std::string& content : {tiny_archive(), tiny_keras()}) {
    // (Bytes at the end may be free space of the HDF5 file's; its own length tells that they are missing.)
    for (size_t size = 0; size < content.size(); size += size < 1024 ? 1 : 11) {
      EXPECT_FALSE(refusal_of_file(content.substr(0, size)).empty()) << size;
    }
  }
}

TEST(HostileKeras, OtherFilesAreRefused) {
  expect_contains(refusal_of_file(""), "expected a whole HDF5 file");
  expect_contains(refusal_of_file("not a model"), "expected a whole HDF5 file");
  expect_contains(refusal_of_file("PK\x03\x04" + std::string(100, '\0')), "expected a whole zip file");
  const TemporaryFolder folder;
  expect_contains(message_of([&] { read_keras(folder / "none.h5"); }), "none.h5: cannot be read: No such file");
  expect_contains(message_of([&] { read_keras(folder.path()); }),
                  "expected a Keras file (.h5 or .keras), found a directory");
  put(folder / "empty.h5", "");
  expect_contains(message_of([&] { read_keras(folder / "empty.h5"); }),
                  "expected a Keras file (.h5 or .keras), found an empty");
  put(folder / "m.h5", tiny_keras());
  expect_contains(message_of([&] { read_keras(folder / "m.h5", {.config = folder / "none.json"}); }), "none.json");
}

TEST(HostileKeras, DeepJsonIsRefused) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "{\"config\":";
  expect_contains(message_of([&] { keras_file::parse_config(deep); }), "expected at most 64 levels");
  // Models within models within models.
  Json config = tiny_config();
  for (int i = 0; i < 30; ++i) {
    Json outer = {{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", Json::array({config})}}}};
    config = outer;
  }
  expect_contains(message_of([&] { keras_file::parse_config(config.dump()); }), "expected at most 64 levels");
}

TEST(HostileKeras, NegativeVariancesAreRefused) {
  Hdf5Builder builder;
  fill_keras(builder, tiny_graph(), true);
  builder.remove("/model_weights/norm/norm/moving_variance:0");
  builder.floats("/model_weights/norm/norm/moving_variance:0", {1}, {-1e-6f});
  expect_contains(refusal_of_file(builder.content()),
                  "weights 'norm/moving_variance': expected finite numbers of 0 or more");
}

TEST(HostileKeras, AnyFlippedBitIsRefusedOrHarmless) {
  int refused = 0;
  for (const std::string& content : {tiny_archive({tiny_config()}, false), graph_keras()}) {
    for (size_t i = 0; i < content.size(); i += 31) {
      std::string changed = content;
      changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
      try {
        keras_file::parse_model(changed, {}, "m.h5");
      } catch (const Error&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace fer
