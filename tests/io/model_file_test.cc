// Model files: what is saved comes back, and nothing else is taken for a model.
#include "io/model_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "fer/model.h"
#include "fer/version.h"
#include "tests/io/model_parts.h"
#include "tests/io/safetensors_builder.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

using nlohmann::json;

TEST(ModelFile, ComesBackToTheBit) {
  const TemporaryFolder folder;
  const Model model = small_model();
  save_model(model, folder / "m.safetensors");
  const Model again = load_model(folder / "m.safetensors");
  EXPECT_EQ(again.network, model.network);
  EXPECT_EQ(again.preprocessing, model.preprocessing);
  EXPECT_TRUE(same_bits(again.weights, model.weights));
  EXPECT_EQ(folder.names(), std::set<std::string>{"m.safetensors"});
}

TEST(ModelFile, ATemperatureIsKept) {
  Model model = small_model();
  EXPECT_EQ(saved(model).find("temperature"), std::string::npos);
  EXPECT_EQ(io::parse_model(saved(model), "m").temperature, 1);
  model.temperature = 1.2345678901234567;
  EXPECT_EQ(io::parse_model(saved(model), "m").temperature, model.temperature);
  for (const std::string text : {"0", "-1", "1e999", "\"2\"", "[]", "x"}) {
    Parts parts(saved(small_model()));
    parts.header["__metadata__"]["temperature"] = text;
    expect_contains(message_of([&] { io::parse_model(parts.content(), "m"); }), "m: temperature: ");
  }
  const TemporaryFolder folder;
  for (const double temperature : {0.0, -2.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    model.temperature = temperature;
    expect_contains(message_of([&] { save_model(model, folder / "m"); }),
                    "temperature: expected a finite number above 0, found ");
  }
}

TEST(ModelFile, TheSameModelMakesTheSameBytes) { EXPECT_EQ(saved(small_model()), saved(small_model())); }

TEST(ModelFile, ANetworkOfTheLibrarySurvives) {
  const TemporaryFolder folder;
  Model model;
  model.network = load_network("seed004_cnn5");
  model.weights = initialize(model.network, 1);
  save_model(model, folder / "m");
  EXPECT_EQ(load_model(folder / "m").network, model.network);
  EXPECT_TRUE(same_bits(load_model(folder / "m").weights, model.weights));
}

// A reader of the format written from its description alone: none of the library's code.
TEST(ModelFile, AnIndependentReaderFindsTheSameNumbers) {
  const Model model = small_model();
  const std::string content = saved(model);
  uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length * 256 + static_cast<unsigned char>(content[i]);
  ASSERT_LE(8 + length, content.size());
  const json header = json::parse(content.begin() + 8, content.begin() + 8 + static_cast<int64_t>(length));
  EXPECT_EQ(header["__metadata__"]["format"], "fer-model");
  EXPECT_EQ(header["__metadata__"]["format_version"], "1");
  EXPECT_EQ(header["__metadata__"]["fer_version"], version());
  EXPECT_EQ(json::parse(header["__metadata__"]["network"].get<std::string>())["layers"].size(), 4u);
  EXPECT_EQ(json::parse(header["__metadata__"]["class_names"].get<std::string>()), (json{"angry", "\u00fcberrascht"}));
  const json preprocessing = json::parse(header["__metadata__"]["preprocessing"].get<std::string>());
  EXPECT_EQ(preprocessing["scale"].get<float>(), 1.0f / 127);
  EXPECT_EQ(preprocessing["shift"].get<float>(), -1.0f / 3);

  size_t end = 0;
  EXPECT_EQ(header.size(), 1 + model.weights.layout.parameters.size());
  for (const Parameter& parameter : model.weights.layout.parameters) {
    const json& entry = header.at(parameter.name);
    EXPECT_EQ(entry["dtype"], "F32");
    EXPECT_EQ(entry["shape"].get<std::vector<int64_t>>(), parameter.shape.dims());
    const size_t begin = entry["data_offsets"][0];
    EXPECT_EQ(begin, end) << parameter.name;
    end = entry["data_offsets"][1];
    const auto values = model.weights.of(parameter);
    ASSERT_EQ(end - begin, values.size_bytes());
    EXPECT_EQ(std::memcmp(content.data() + 8 + length + begin, values.data(), values.size_bytes()), 0)
        << parameter.name;
  }
  EXPECT_EQ(8 + length + end, content.size());
  EXPECT_EQ((8 + length) % 64, 0u);
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const std::string content = saved(small_model());
  for (size_t size = 0; size < content.size(); ++size) {
    EXPECT_FALSE(refusal(content.substr(0, size)).empty()) << size;
  }
}

TEST(ModelFile, ATruncatedFileIsRefusedByName) {
  const TemporaryFolder folder;
  put(folder / "m", saved(small_model()).substr(0, 1000));
  expect_contains(message_of([&] { load_model(folder / "m"); }), folder / "m: ");
  expect_contains(message_of([&] { load_model(folder / "none"); }), "none: cannot be read: No such file");
  expect_contains(message_of([&] { load_model(folder.path()); }),
                  ": expected a model (.safetensors), found a directory: the model of a run is best.safetensors");
}

TEST(ModelFile, WhatIsNoFileIsNeitherWaitedForNorReadForEver) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(message_of([&] { load_model(folder / "pipe"); }),
            (folder / "pipe") +
                ": expected a model (.safetensors), found a pipe: write what comes out of it to a file first");
  EXPECT_EQ(message_of([&] { load_model("/dev/zero"); }), "/dev/zero: expected a model (.safetensors), found a device");
}

TEST(ModelFile, TheHeaderIsLookedAtBeforeTheTensorsAreRead) {
  // 1 TiB that no memory holds: each of these is refused for what its header says.
  const TemporaryFolder folder;
  const auto refusal_of_sparse = [&](const std::string& begin) {
    put(folder / "sparse", begin);
    std::filesystem::resize_file(folder / "sparse", int64_t{1} << 40);
    return message_of([&] { load_model(folder / "sparse"); });
  };
  expect_contains(refusal_of_sparse(""), "sparse: expected a model (.safetensors), found a file of zeros");
  expect_contains(refusal_of_sparse(saved(small_model())), "bytes of tensors, found 1099511");
  const int64_t floats = ((int64_t{1} << 40) - 8 - 1000) / 4;
  std::string header = R"({"a":{"dtype":"F32","shape":[)" + std::to_string(floats) + R"(],"data_offsets":[0,)" +
                       std::to_string(4 * floats) + "]}}";
  header.append(1000 - header.size(), ' ');
  expect_contains(refusal_of_sparse(safetensors_of(header, "")), "sparse: metadata: expected 'format', found none");
}

bool same_model(const Model& a, const Model& b) {
  return network_to_json(a.network) == network_to_json(b.network) && same_bits(a.weights, b.weights) &&
         a.int8 == b.int8 && a.preprocessing.scale == b.preprocessing.scale &&
         a.preprocessing.shift == b.preprocessing.shift && a.classes == b.classes && a.emoji == b.emoji;
}

TEST(ModelFile, AnyFlippedBitIsRefusedOrHarmless) {
  for (const Model& model : {small_model(), int8_model()}) {
    const std::string content = saved(model);
    size_t harmless = 0;
    for (size_t bit = 0; bit < 8 * content.size(); ++bit) {
      std::string spoilt = content;
      spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << (bit % 8)));
      try {
        EXPECT_TRUE(same_model(io::parse_model(spoilt, "m"), model)) << "bit " << bit;
        ++harmless;
      } catch (const Error&) {
      }
    }
    // Those of the word "checksum": the file then has none, and nothing else is wrong with it. And a NUL for one of the
    // spaces behind the header.
    EXPECT_LE(harmless, 8 * 8u + 64);
  }
}

TEST(ModelFile, WhatAFlippedBitDoesToWeightsIsSaid) {
  std::string content = saved(small_model());
  content[content.size() - 5] ^= 1;
  expect_contains(refusal(content), "m: checksum: expected \"crc64-xz:");
  expect_contains(refusal(content), "the file is damaged, take another copy of it");
}

TEST(ModelFile, WithoutAChecksumAFileIsTakenAsItIs) {
  const Model model = small_model();
  EXPECT_TRUE(same_model(io::parse_model(Parts(saved(model)).content(), "m"), model));
}

TEST(ModelFile, AFileWrittenAnewByAnotherProgramKeepsItsChecksum) {
  // Other order, other spaces, as Python's safetensors writes it.
  const std::string content = saved(small_model());
  uint64_t length = 0;
  std::memcpy(&length, content.data(), 8);
  const json header = json::parse(content.substr(8, length));
  EXPECT_TRUE(header["__metadata__"].contains("checksum"));
  const std::string anew = safetensors_of(header.dump(2), content.substr(8 + length));
  EXPECT_TRUE(same_model(io::parse_model(anew, "m"), small_model()));
}

TEST(ModelFile, OtherFormatsAreRefused) {
  Parts parts(saved(small_model()));
  parts.metadata()["format"] = "pt";
  EXPECT_EQ(refusal(parts.content()), "m: format: expected \"fer-model\" version \"1\", found \"pt\" version \"1\"");
  parts.metadata()["format"] = "fer-model";
  parts.metadata()["format_version"] = "2";
  expect_contains(refusal(parts.content()), "found \"fer-model\" version \"2\"");
  parts.header.erase("__metadata__");
  EXPECT_EQ(refusal(parts.content()),
            "m: metadata: expected 'format', found none: a safetensors file of another program is no model of libfer");
}

TEST(ModelFile, EveryPieceOfMetadataIsNeeded) {
  for (const char* key : {"format", "format_version", "network", "class_names", "preprocessing"}) {
    Parts parts(saved(small_model()));
    parts.metadata().erase(key);
    const std::string others = ": a safetensors file of another program is no model of libfer";
    EXPECT_EQ(refusal(parts.content()), std::string("m: metadata: expected '") + key + "', found none" +
                                            (std::string(key) == "format" ? others : ""));
  }
}

TEST(ModelFile, MetadataOfTheWrongFormIsRefused) {
  const auto with = [](const char* key, const std::string& value) {
    Parts parts(saved(small_model()));
    parts.metadata()[key] = value;
    return refusal(parts.content());
  };
  expect_contains(with("network", "{"), "m: network: line 1");
  expect_contains(with("network", std::string(100000, '[')), "m: network: expected at most 16 levels");
  expect_contains(with("class_names", "{}"), "m: class_names: expected an array of texts");
  expect_contains(with("class_names", R"(["angry", "sad"])"), "m: class_names: expected the network's");
  expect_contains(with("class_names", "[1]"), "m: class_names: expected a text, found 1");
  expect_contains(with("preprocessing", "[]"), "m: preprocessing: expected an object");
  expect_contains(with("preprocessing", R"({"scale": 1})"), "m: preprocessing: shift: expected this field");
  expect_contains(with("preprocessing", R"({"scale": 1e39, "shift": 0})"), "m: preprocessing: scale");
  expect_contains(with("preprocessing", R"({"scale": 1, "shift": 0, "mean": 0})"), "unknown field \"mean\"");
}

TEST(ModelFile, AnotherNetworksShapesAreRefused) {
  Parts parts(saved(small_model()));
  Network other = small_model().network;
  std::get<Conv2D>(other.layers[0].kind).kernel = {2, 2};
  parts.metadata()["network"] = network_to_json(other);
  expect_contains(refusal(parts.content()),
                  "m: tensor 'conv/kernel': expected F32 of shape [2, 2, 1, 2], found [3, 3, 1, 2]");
}

TEST(ModelFile, AHugeNetworkTakesNoMemory) {
  Parts parts(saved(small_model()));
  Network other({4, 4, 1}, {"angry", "\u00fcberrascht"});
  other.add(Conv2D{.filters = 1 << 20, .kernel = {100, 100}, .padding = Padding::same()}, "conv");
  other.add(GlobalAveragePool2D{}, "mean").add(Dense{.units = 2}, "fc");
  parts.metadata()["network"] = network_to_json(other);
  expect_contains(refusal(parts.content()), "m: tensor ");
}

TEST(ModelFile, MissingAndExtraTensorsAreRefused) {
  Parts missing(saved(small_model()));
  missing.header["fc/weight"] = missing.header["fc/kernel"];
  missing.header.erase("fc/kernel");
  expect_contains(refusal(missing.content()), "m: tensor \"fc/weight\": expected the network's parameters only");
  Parts fewer(saved(small_model()));
  const size_t begin = fewer.header["bn/moving_variance"]["data_offsets"][0];
  fewer.header.erase("bn/moving_variance");
  fewer.data.resize(begin);
  EXPECT_EQ(refusal(fewer.content()), "m: tensor 'bn/moving_variance': expected, found none");
  Parts extra(saved(small_model()));
  extra.header["more"] = {{"dtype", "U8"}, {"shape", {0}}, {"data_offsets", {extra.data.size(), extra.data.size()}}};
  expect_contains(refusal(extra.content()), "m: tensor \"more\": expected the network's parameters only");
}

TEST(ModelFile, OtherTypesAreRefused) {
  Parts parts(saved(small_model()));
  parts.header["fc/bias"]["dtype"] = "U8";
  parts.header["fc/bias"]["shape"] = {8};
  EXPECT_EQ(refusal(parts.content()), "m: tensor 'fc/bias': expected F32 of shape [2], found U8 of shape [8]");
  parts.header["fc/bias"]["dtype"] = "F16";
  expect_contains(refusal(parts.content()),
                  "m: tensor \"fc/bias\": dtype: expected F32, BF16, U8, I8 or I64, found \"F16\"");
}

TEST(ModelFile, WeightsThatAreNotFiniteAreRefused) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (const char* tensor : {"conv/kernel", "bn/moving_mean", "fc/bias"}) {
      Parts parts(saved(small_model()));
      parts.set_float(tensor, bad);
      EXPECT_EQ(refusal(parts.content()), std::string("m: tensor '") + tensor + "': expected finite numbers, found " +
                                              std::to_string(bad) + " at place 0");
    }
  }
  Parts parts(saved(small_model()));
  parts.set_float("bn/moving_variance", -1);
  expect_contains(refusal(parts.content()), "tensor 'bn/moving_variance': expected finite numbers of 0 or more");
}

TEST(ModelFile, WhatCannotBeLoadedIsNotSaved) {
  const TemporaryFolder folder;
  const std::string path = folder / "m";
  save_model(small_model(), path);
  const std::string before = content_of(path);
  const auto refused = [&](const Model& model) { return message_of([&] { save_model(model, path); }); };

  Model nan = small_model();
  nan.weights.values.values()[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(refused(nan), path + ": tensor 'conv/kernel': expected finite numbers, found nan at place 0");
  Model bare = small_model();
  bare.weights = {};
  expect_contains(refused(bare), path + ": weights: expected");
  Model scale = small_model();
  scale.preprocessing.scale = std::numeric_limits<float>::infinity();
  expect_contains(refused(scale), "preprocessing: expected finite numbers");
  Model name = small_model();
  name.network.class_names[0] = "\xff";
  expect_contains(refused(name), "UTF-8");
  EXPECT_EQ(content_of(path), before);
}

}  // namespace
}  // namespace fer
