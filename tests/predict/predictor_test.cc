#include "fer/predictor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "fer/error.h"
#include "fer/threads.h"
#include "fer/trainer.h"
#include "tests/predict/small_model.h"

namespace fer {
namespace {

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

TEST(Predictor, TellsTheSizesOfItsModel) {
  const Predictor predictor(small_model());
  EXPECT_EQ(predictor.height(), 5);
  EXPECT_EQ(predictor.width(), 4);
  EXPECT_EQ(predictor.channels(), 2);
  EXPECT_EQ(predictor.class_count(), 3);
  EXPECT_EQ(predictor.class_names(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Predictor, AgreesWithTheTrainersEvaluation) {
  const Model model = small_model();
  Dataset data;
  data.height = 5, data.width = 4, data.channels = 2;
  data.pixels = small_pictures(7);
  const std::vector<int64_t> rows = {0, 1, 2, 3, 4, 5, 6};
  const Tensor expected = predict_rows(model, data, rows, 8);
  const Predictor predictor(model);
  std::vector<float> p(7 * 3);
  predictor.predict_into(data.pixels, p);
  for (size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(p[i], expected.data()[i], 1e-6);
}

TEST(Predictor, NamesTheLargestProbability) {
  const Predictor predictor(small_model());
  const std::vector<uint8_t> pictures = small_pictures(5);
  for (size_t i = 0; i < 5; ++i) {
    const std::span<const uint8_t> picture = std::span(pictures).subspan(i * 40, 40);
    const Prediction prediction = predictor.predict(picture);
    ASSERT_EQ(prediction.probabilities.size(), 3u);
    for (float p : prediction.probabilities) EXPECT_LE(p, prediction.probabilities[prediction.index]);
    EXPECT_EQ(prediction.label, std::string(1, static_cast<char>('a' + prediction.index)));
  }
}

TEST(Predictor, NamesAClassByItsNumberWhereTheModelHasNoNames) {
  Model model = small_model();
  model.network.class_names.clear();
  const Predictor predictor(std::move(model));
  const Prediction prediction = predictor.predict(small_pictures(1));
  EXPECT_EQ(prediction.label, std::to_string(prediction.index));
}

TEST(Predictor, TakesPreprocessedFloatsToo) {
  Model model = small_model();
  model.preprocessing = {.scale = 0.5f, .shift = -1};
  const std::vector<uint8_t> pictures = small_pictures(3);
  std::vector<float> floats(pictures.begin(), pictures.end());
  for (float& x : floats) x = x * 0.5f - 1;
  const Predictor predictor(std::move(model));
  std::vector<float> from_bytes(9), from_floats(9);
  predictor.predict_into(pictures, from_bytes);
  predictor.predict_into(std::span<const float>(floats), from_floats);
  EXPECT_EQ(from_bytes, from_floats);
}

TEST(Predictor, APicturesPlaceInALargeBatchIsItsOwn) {
  const Predictor predictor(small_model());
  const std::vector<uint8_t> pictures = small_pictures(150);  // more than two whole pieces
  std::vector<float> all(150 * 3);
  predictor.predict_into(pictures, all);
  for (size_t i : {0, 63, 64, 127, 128, 149}) {
    const Prediction one = predictor.predict(std::span(pictures).subspan(i * 40, 40));
    for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(one.probabilities[k], all[i * 3 + k], 1e-6) << i;
  }
}

TEST(Predictor, TurnsLogitsIntoProbabilities) {
  Model model = small_model();
  const std::vector<uint8_t> pictures = small_pictures(2);
  std::vector<float> expected(6), found(6);
  Predictor(model).predict_into(pictures, expected);
  model.network.layers.back().kind = Dense{.units = 3};
  Predictor(model).predict_into(pictures, found);
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(found[i], expected[i], 1e-6);
}

TEST(Predictor, GivesTheSameBitsFromManyThreadsAtOnce) {
  const Predictor predictor(small_model());
  const std::vector<uint8_t> pictures = small_pictures(20);
  set_num_threads(1);
  std::vector<std::vector<float>> expected;
  for (size_t n = 1; n <= 20; ++n) {
    expected.emplace_back(n * 3);
    predictor.predict_into(std::span(pictures).first(n * 40), expected.back());
  }
  std::atomic<int> differences = 0;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      set_num_threads(1);
      for (size_t round = 0; round < 100; ++round) {
        const size_t n = 1 + (round * 7 + t) % 20;
        std::vector<float> p(n * 3);
        predictor.predict_into(std::span(pictures).first(n * 40), p);
        differences += p != expected[n - 1];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, 0);
}

TEST(Predictor, RefusesSizesThatDoNotFit) {
  const Predictor predictor(small_model());
  std::vector<float> p(6);
  EXPECT_EQ(message_of([&] { predictor.predict(std::vector<uint8_t>(41)); }),
            "predict: expected one picture of 40 values ([5, 4, 2]), found 41");
  EXPECT_EQ(message_of([&] { predictor.predict_into(std::vector<uint8_t>(81), p); }),
            "predict: expected pictures of 40 values ([5, 4, 2]), found 81 values");
  EXPECT_EQ(message_of([&] { predictor.predict_into(std::vector<uint8_t>(40), p); }),
            "predict: expected room for 3 probabilities, 3 per picture, found 6");
  EXPECT_EQ(message_of([&] { predictor.predict_into(std::vector<uint8_t>(), std::span<float>()); }), "");
}

TEST(Predictor, LoadsAModelFile) {
  const std::string path = std::filesystem::temp_directory_path() / "fer_predictor_test.safetensors";
  const Model model = small_model();
  save_model(model, path);
  Predictor loaded = Predictor::load(path);
  std::filesystem::remove(path);
  const Predictor moved = std::move(loaded);
  const std::vector<uint8_t> picture = small_pictures(1);
  EXPECT_EQ(moved.predict(picture).probabilities, Predictor(model).predict(picture).probabilities);
  EXPECT_NE(message_of([&] { Predictor::load(path); }).find(path), std::string::npos);
}

}  // namespace
}  // namespace fer
