// The networks that come with the library, and the way to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fer/network.h"
#include "tests/support/message.h"
#include "tests/support/paths.h"

namespace fer {
namespace {

struct Expected {
  const char* name;
  Shape input;
  int64_t classes, params, trainable, macs;
  std::vector<int> counts;  // of conv2d, batch_norm, dropout, max_pool2d, dense, add
};

// Sums as the networks' authors published them or as their layers give them by hand.
const std::vector<Expected>& expected_networks() {
  static const std::vector<Expected> all = {
      {"seed000_cnn224", {224, 224, 3}, 6, 105826566, 105823366, 18686378752, {4, 6, 6, 3, 3, 0}},
      {"seed000_cnn48", {48, 48, 1}, 7, 7886599, 7882631, 855526912, {4, 6, 6, 3, 3, 0}},
      {"seed000_landmark_cnn", {68, 2, 1}, 7, 296455, 293511, 4844736, {8, 8, 0, 4, 1, 0}},
      {"seed000_resnet50_48", {48, 48, 3}, 7, 25761287, 17132295, 205345216, {53, 57, 3, 1, 4, 16}},
      {"seed001_resnet34", {48, 48, 1}, 6, 21298502, 21281478, 187538432, {36, 36, 0, 1, 1, 16}},
      {"seed001_resnet34_3x3", {48, 48, 1}, 6, 21295942, 21278918, 2605992960, {36, 36, 0, 0, 1, 16}},
      {"seed001_shallow_cnn", {48, 48, 1}, 6, 679306, 679306, 9880320, {2, 0, 0, 2, 2, 0}},
      {"seed001_wider_cnn", {48, 48, 1}, 6, 450374, 450374, 46375680, {3, 0, 1, 3, 2, 0}},
      {"seed002_vgg8", {48, 48, 1}, 7, 5905863, 5902151, 392969344, {8, 7, 7, 4, 4, 0}},
      {"seed003_vgg_like", {48, 48, 1}, 7, 5102791, 5098951, 331782848, {8, 8, 7, 4, 4, 0}},
      {"seed004_cnn5", {48, 48, 1}, 5, 1004805, 1003013, 55007808, {4, 6, 2, 4, 3, 0}},
  };
  return all;
}

int count_of(const Network& network, const std::string& type) {
  return static_cast<int>(std::count_if(network.layers.begin(), network.layers.end(),
                                        [&](const Layer& layer) { return layer_type_name(layer.kind) == type; }));
}

TEST(Library, HasTheTenNetworksAndAVariantByName) {
  std::vector<std::string> names;
  for (const Expected& expected : expected_networks()) names.push_back(expected.name);
  EXPECT_EQ(network_names(), names);
}

TEST(Library, NetworksHaveTheirTotalsToTheParameter) {
  for (const Expected& expected : expected_networks()) {
    SCOPED_TRACE(expected.name);
    const Network network = load_network(expected.name);
    const Totals sum = totals(network);
    EXPECT_EQ(network.name, expected.name);
    EXPECT_EQ(network.input, expected.input);
    EXPECT_EQ(class_count(network), expected.classes);
    EXPECT_EQ(sum.params, expected.params);
    EXPECT_EQ(sum.trainable, expected.trainable);
    EXPECT_EQ(sum.macs, expected.macs);
    const char* types[] = {"conv2d", "batch_norm", "dropout", "max_pool2d", "dense", "add"};
    for (size_t i = 0; i < std::size(types); ++i)
      EXPECT_EQ(count_of(network, types[i]), expected.counts[i]) << types[i];
  }
}

TEST(Library, ANetworkKeepsItsClassNames) {
  EXPECT_EQ(load_network("seed004_cnn5").class_names,
            (std::vector<std::string>{"neutral", "happy", "sad", "surprise", "angry"}));
  EXPECT_TRUE(load_network("seed000_cnn224").class_names.empty());
}

TEST(Library, EveryNetworkSurvivesJsonAndBack) {
  for (const std::string& name : network_names()) {
    const Network network = load_network(name);
    const std::string text = network_to_json(network);
    const Network again = network_from_json(text, "again");
    EXPECT_EQ(again, network) << name;
    EXPECT_EQ(network_to_json(again), text) << name;
  }
}

TEST(Library, APathIsReadAsAFile) {
  const std::string path = fer::source_dir() + "/libfer/networks/seed004_cnn5.json";
  EXPECT_EQ(load_network(path), load_network("seed004_cnn5"));
}

TEST(Library, SuggestsTheNearestName) {
  expect_contains(message_of([] { load_network("vgg8"); }), "did you mean seed002_vgg8?");
  expect_contains(message_of([] { load_network("seed002_vgg9"); }), "did you mean seed002_vgg8?");
  expect_contains(message_of([] { load_network("Seed004_cnn5"); }), "seed004_cnn5");
}

TEST(Library, ListsAllNamesWhenNoneIsNear) {
  const std::string message = message_of([] { load_network("a network of some other kind"); });
  expect_contains(message, "expected a file ending in .json or one of");
  for (const std::string& name : network_names()) expect_contains(message, name);
}

TEST(Library, RefusesWhatIsNotAReadableFile) {
  expect_contains(message_of([] { load_network("no/such/file.json"); }),
                  "no/such/file.json: cannot be read: No such file");
  expect_contains(message_of([] { load_network("/"); }), "/: expected a network's JSON file, found a directory");
  expect_contains(message_of([] { load_network("/dev/null"); }),
                  "/dev/null: expected a network's JSON file, found a device");
}

// All networks were listed for `--network model.onnx`, and for a run's folder.
TEST(Library, AFileOrFolderOfThatNameIsCalledWhatItIs) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(::testing::TempDir());
  std::ofstream("weights_of_mine.bin") << "\x89PNG\r\n\x1a\n and more";
  std::filesystem::create_directory("run_of_mine");
  const std::string file = message_of([] { load_network("weights_of_mine.bin"); });
  const std::string folder = message_of([] { load_network("run_of_mine"); });
  std::filesystem::remove("weights_of_mine.bin");
  std::filesystem::remove("run_of_mine");
  std::filesystem::current_path(before);
  EXPECT_EQ(file, "weights_of_mine.bin: expected a network's JSON file, found a PNG picture");
  EXPECT_EQ(
      folder,
      "run_of_mine: expected a network's JSON file, found a directory: the model of a run is best.safetensors in its "
      "folder");
}

TEST(Library, AFileWhoseLastLayerGivesNoClassesIsRefusedByItsName) {
  const std::string path = ::testing::TempDir() + "no_classes.json";
  std::ofstream(path) << R"({"input": [4, 4, 1],
    "layers": [{"name": "conv", "type": "conv2d", "filters": 7, "kernel": [3, 3]}]})";
  EXPECT_EQ(message_of([&] { load_network(path); }),
            path + ": layer 'conv': expected a last output of rank 1, one value per class, found [2, 2, 7]");
  std::filesystem::remove(path);
}

TEST(Library, AFileOfEndlessLengthIsNotReadToItsEnd) {
  expect_contains(message_of([] { load_network("/dev/zero"); }),
                  "/dev/zero: expected a network's JSON file, found a device");
  const std::string path = ::testing::TempDir() + "long.json";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, int64_t{1} << 40);
  expect_contains(message_of([&] { load_network(path); }), path + ": expected at most 4194304 bytes, found more");
  std::filesystem::remove(path);
}

TEST(Library, AnotherKindOfFileIsCalledByItsName) {
  const std::string path = ::testing::TempDir() + "other.json";
  std::ofstream(path) << R"({"class_name": "Sequential", "config": {"layers": []}})";
  EXPECT_EQ(message_of([&] { load_network(path); }),
            path +
                ": expected a network's JSON file, found the JSON of a Keras network: fer-convert reads it, beside its"
                " weights (--config)");
  std::ofstream(path, std::ios::trunc).close();
  EXPECT_EQ(message_of([&] { load_network(path); }),
            path + ": expected a network's JSON file, found an empty file: copy or download it again");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace fer
