#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "fer.h"
#include "fer/image.h"
#include "fer/predictor.h"
#include "fer/version.h"
#include "tests/predict/small_model.h"

namespace fer {
namespace {

// The small model through a file, as a C program gets it.
class CInterface : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("fer_c_api_test_" + std::to_string(::getpid()) + ".safetensors");
    save_model(small_model(), path_);
    model_ = fer_load(path_.c_str());
    ASSERT_NE(model_, nullptr) << fer_last_error();
  }
  void TearDown() override {
    fer_free(model_);
    std::filesystem::remove(path_);
  }

  std::string path_;
  fer_model* model_ = nullptr;
};

TEST_F(CInterface, TellsSizesAndNames) {
  EXPECT_EQ(fer_height(model_), 5);
  EXPECT_EQ(fer_width(model_), 4);
  EXPECT_EQ(fer_channels(model_), 2);
  EXPECT_EQ(fer_class_count(model_), 3);
  EXPECT_STREQ(fer_class_name(model_, 0), "a");
  EXPECT_STREQ(fer_class_name(model_, 2), "c");
  EXPECT_EQ(fer_class_name(model_, 3), nullptr);
  EXPECT_EQ(fer_class_name(model_, -1), nullptr);
  EXPECT_STREQ(fer_version(), version());
}

TEST_F(CInterface, AppliesTheModelsTemperature) {
  Model model = small_model();
  model.temperature = 3;
  save_model(model, path_);
  fer_model* softened = fer_load(path_.c_str());
  ASSERT_NE(softened, nullptr) << fer_last_error();
  const std::vector<uint8_t> pictures = small_pictures(1);
  std::vector<float> plain(3), soft(3), floats(40), from_floats(3);
  ASSERT_EQ(fer_predict(model_, pictures.data(), 1, plain.data()), 0);
  ASSERT_EQ(fer_predict(softened, pictures.data(), 1, soft.data()), 0);
  for (size_t i = 0; i < 40; ++i) floats[i] = static_cast<float>(pictures[i]) * model.preprocessing.scale;
  ASSERT_EQ(fer_predict_floats(softened, floats.data(), 1, from_floats.data()), 0);
  fer_free(softened);
  double sum = 0;
  for (const float p : plain) sum += std::cbrt(static_cast<double>(p));
  for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(soft[k], std::cbrt(static_cast<double>(plain[k])) / sum, 1e-6);
  EXPECT_EQ(from_floats, soft);
}

TEST_F(CInterface, PredictsAsThePredictorDoes) {
  const std::vector<uint8_t> pictures = small_pictures(3);
  std::vector<float> expected(9), found(9), from_floats(9);
  Predictor(small_model()).predict_into(pictures, expected);
  ASSERT_EQ(fer_predict(model_, pictures.data(), 3, found.data()), 0) << fer_last_error();
  EXPECT_EQ(found, expected);
  std::vector<float> floats(pictures.begin(), pictures.end());
  for (float& x : floats) x = x * (1.0f / 255.0f);
  ASSERT_EQ(fer_predict_floats(model_, floats.data(), 3, from_floats.data()), 0);
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(from_floats[i], expected[i], 1e-6);
}

TEST_F(CInterface, NumbersClassesWithoutNames) {
  Model model = small_model();
  model.network.class_names.clear();
  save_model(model, path_);
  fer_model* nameless = fer_load(path_.c_str());
  ASSERT_NE(nameless, nullptr) << fer_last_error();
  EXPECT_STREQ(fer_class_name(nameless, 1), "1");
  fer_free(nameless);
}

TEST_F(CInterface, RefusesNullAndAbsurdCounts) {
  const std::vector<uint8_t> pictures = small_pictures(1);
  float p[3];
  EXPECT_EQ(fer_predict(nullptr, pictures.data(), 1, p), -1);
  EXPECT_STREQ(fer_last_error(), "model: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict(model_, nullptr, 1, p), -1);
  EXPECT_STREQ(fer_last_error(), "pixels: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict(model_, pictures.data(), 1, nullptr), -1);
  EXPECT_STREQ(fer_last_error(), "probabilities: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict(model_, pictures.data(), SIZE_MAX / 2, p), -1);
  EXPECT_STREQ(fer_last_error(), "n: more pictures than memory can hold");
  EXPECT_EQ(fer_predict(model_, nullptr, 0, nullptr), 0);
  EXPECT_EQ(fer_class_name(nullptr, 0), nullptr);
  EXPECT_EQ(fer_class_count(nullptr), 0);
  fer_free(nullptr);
}

// A grey model and a picture of another size, as a file and in memory.
TEST_F(CInterface, PredictsFilesAndTheirBytes) {
  Network net({5, 4, 1}, {"a", "b", "c"});
  net.add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax});
  const Model grey{net, initialize(net, 2), {}};
  save_model(grey, path_);
  const std::string picture_path = path_ + ".png";
  const std::vector<uint8_t> bytes = small_pictures(2);
  const Image picture = {10, 8, 1, bytes};
  const std::string file = encode_png(picture);
  std::ofstream(picture_path, std::ios::binary) << file;

  fer_model* model = fer_load(path_.c_str());
  ASSERT_NE(model, nullptr) << fer_last_error();
  std::vector<float> expected(3), from_file(3), from_bytes(3);
  Predictor(grey).predict_into(fitted(picture, 5, 4, 1).pixels, expected);
  ASSERT_EQ(fer_predict_file(model, picture_path.c_str(), from_file.data()), 0) << fer_last_error();
  EXPECT_EQ(from_file, expected);
  ASSERT_EQ(fer_predict_encoded(model, file.data(), file.size(), from_bytes.data()), 0) << fer_last_error();
  EXPECT_EQ(from_bytes, expected);

  EXPECT_EQ(fer_predict_encoded(model, file.data(), file.size() / 2, from_bytes.data()), -1);
  EXPECT_STREQ(fer_last_error(), "picture: PNG: the file ends too early");
  EXPECT_EQ(from_bytes, expected) << "a failed call left something behind";
  EXPECT_EQ(fer_predict_encoded(model, file.data(), 0, from_bytes.data()), -1);
  EXPECT_EQ(fer_predict_encoded(model, nullptr, 9, from_bytes.data()), -1);
  EXPECT_STREQ(fer_last_error(), "bytes: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict_encoded(nullptr, file.data(), file.size(), from_bytes.data()), -1);
  EXPECT_EQ(fer_predict_file(model, nullptr, from_file.data()), -1);
  EXPECT_STREQ(fer_last_error(), "path: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict_file(model, picture_path.c_str(), nullptr), -1);
  EXPECT_STREQ(fer_last_error(), "probabilities: expected a pointer, found NULL");
  EXPECT_EQ(fer_predict_file(model, path_.c_str(), from_file.data()), -1);
  EXPECT_EQ(std::string(fer_last_error()), path_ +
                                               ": expected a PNG, JPEG, PGM, PPM or WebP picture, found a safetensors"
                                               " file: models come before pictures on the command line");
  fer_free(model);
  std::filesystem::remove(picture_path);
}

TEST_F(CInterface, SaysWhyLoadingFailed) {
  const std::string missing = path_ + ".missing";
  EXPECT_EQ(fer_load(missing.c_str()), nullptr);
  EXPECT_NE(std::string(fer_last_error()).find(missing), std::string::npos) << fer_last_error();
  EXPECT_EQ(fer_load(nullptr), nullptr);
  EXPECT_STREQ(fer_last_error(), "path: expected a pointer, found NULL");
}

TEST_F(CInterface, KeepsErrorsApartByThread) {
  EXPECT_EQ(fer_load(nullptr), nullptr);
  std::thread([] { EXPECT_STREQ(fer_last_error(), ""); }).join();
  EXPECT_STRNE(fer_last_error(), "");
}

TEST_F(CInterface, PreparesPicturesAsTheModelSays) {
  Model model = small_model();
  model.preprocessing = {.scale = 2, .shift = 0.5f, .equalize = true, .standardize = Standardization::kPicture};
  save_model(model, path_);
  fer_model* loaded = fer_load(path_.c_str());
  ASSERT_NE(loaded, nullptr) << fer_last_error();
  const std::vector<uint8_t> pictures = small_pictures(3);
  std::vector<float> expected(9), found(9), otherwise(9);
  Predictor(model).predict_into(pictures, expected);
  ASSERT_EQ(fer_predict(loaded, pictures.data(), 3, found.data()), 0) << fer_last_error();
  fer_free(loaded);
  EXPECT_EQ(found, expected);
  Predictor(small_model()).predict_into(pictures, otherwise);
  EXPECT_NE(found, otherwise);
}

}  // namespace
}  // namespace fer
