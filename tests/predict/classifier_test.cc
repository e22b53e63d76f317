// One way to ask about a picture: from a file, memory or bytes; one model or several; whole or with its mirror image.
#include "fer/classifier.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/landmarks.h"
#include "tests/predict/small_model.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

// small_model's layers on grey pictures, which files can hold.
Model grey_model(uint64_t seed) {
  Network net({5, 4, 1}, {"happy", "sad", "c"});
  net.add(Conv2D{.filters = 5, .padding = Padding::same(), .activation = Activation::kRelu});
  net.add(Flatten{});
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax});
  Weights weights = initialize(net, seed);
  return {std::move(net), std::move(weights), {}};
}

Image grey_picture(int64_t height, int64_t width, int64_t first = 0) {
  const std::vector<uint8_t> bytes = small_pictures(first + height * width / 40 + 1);
  return {height, width, 1, {bytes.begin() + first * 40, bytes.begin() + first * 40 + height * width}};
}

std::vector<float> asked(const Model& model, const std::vector<uint8_t>& pixels) {
  std::vector<float> p(pixels.size() / 20 * 3);
  Predictor(model).predict_into(pixels, p);
  return p;
}

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST(Classifier, AFileItsBytesAndThePictureItselfGiveOneAnswer) {
  const TemporaryFolder folder;
  const Image picture = grey_picture(9, 13);
  const std::string file = encode_png(picture);
  put(folder / "face.png", file);
  const Classifier classifier({grey_model(1)});
  const std::vector<float> expected = asked(grey_model(1), fitted(picture, 5, 4, 1).pixels);
  for (const Prediction& p : {classifier.predict(picture), classifier.predict_file(folder / "face.png"),
                              classifier.predict_encoded(bytes_of(file))}) {
    EXPECT_EQ(p.probabilities, expected);
    EXPECT_EQ(p.label, classifier.class_names()[static_cast<size_t>(p.index)]);
    EXPECT_EQ(p.emoji, classifier.class_emoji()[static_cast<size_t>(p.index)]);
  }
  EXPECT_EQ(classifier.input_of(picture), fitted(picture, 5, 4, 1).pixels);
}

// grey_model, seeing the centre of pictures of 9x8: rows 2 to 6, columns 2 to 5.
Model centre_model() {
  Model model = grey_model(1);
  model.preprocessing.resize = {9, 8};
  return model;
}

TEST(Classifier, AModelOfTheCentreTakesTheWholePicture) {
  const TemporaryFolder folder;
  save_model(centre_model(), folder / "m.safetensors");
  const Classifier classifier = Classifier::load(folder / "m.safetensors");
  EXPECT_EQ(classifier.height(), 9);
  EXPECT_EQ(classifier.width(), 8);
  const Image picture = grey_picture(30, 13), whole = fitted(picture, 9, 8, 1);
  EXPECT_EQ(classifier.input_of(picture), whole.pixels);
  std::vector<uint8_t> centre;
  for (size_t y = 2; y < 7; ++y) {
    for (size_t x = 2; x < 6; ++x) centre.push_back(whole.pixels[y * 8 + x]);
  }
  const std::vector<float> expected = asked(grey_model(1), centre);
  put(folder / "face.png", encode_png(picture));
  EXPECT_EQ(classifier.predict(picture).probabilities, expected);
  EXPECT_EQ(classifier.predict_file(folder / "face.png").probabilities, expected);
  std::vector<float> floats(whole.pixels.begin(), whole.pixels.end()), answer(3);
  for (float& value : floats) value *= 1.0f / 255.0f;
  classifier.predict_into(floats, answer);
  EXPECT_EQ(answer, expected) << "preprocessed pictures are cropped too";
  EXPECT_NE(message_of([&] { classifier.predict_into(centre, answer); }), "") << "what is cropped already";
}

TEST(Classifier, ModelsThatTakeTheSamePicturesAnswerTogetherWhateverTheySeeOfThem) {
  Model wide = centre_model();
  wide.network.input = Shape({9, 8, 1});
  wide.preprocessing.resize = {};
  wide.weights = initialize(wide.network, 2);
  const Classifier both({centre_model(), wide});
  const Image picture = grey_picture(9, 8);
  const std::vector<float> a = Classifier({centre_model()}).predict(picture).probabilities;
  const std::vector<float> b = Classifier({wide}).predict(picture).probabilities;
  const std::vector<float> mean = both.predict(picture).probabilities;
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(mean[i], (a[i] + b[i]) / 2, 1e-6);
  EXPECT_NE(message_of([&] { Classifier({centre_model(), grey_model(1)}); }), "");
}

TEST(Classifier, ABatchIsAnsweredInItsOrder) {
  const Classifier classifier({grey_model(1)});
  std::vector<Image> pictures;
  for (int64_t i = 0; i < 5; ++i) pictures.push_back(grey_picture(5 + i, 8, i));
  const std::vector<Prediction> together = classifier.predict(pictures);
  ASSERT_EQ(together.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    const Prediction alone = classifier.predict(pictures[i]);
    for (size_t k = 0; k < 3; ++k) EXPECT_NEAR(together[i].probabilities[k], alone.probabilities[k], 1e-6) << i;
  }
  EXPECT_NE(together[0].probabilities, together[1].probabilities);
  EXPECT_TRUE(classifier.predict(std::span<const Image>()).empty());
}

TEST(Classifier, SeveralModelsAreJoined) {
  const std::vector<uint8_t> pixels = grey_picture(10, 4).pixels;  // two pictures of 5 x 4
  const std::vector<std::vector<float>> answers = {asked(grey_model(1), pixels), asked(grey_model(2), pixels),
                                                   asked(grey_model(3), pixels)};
  for (const EnsembleRule rule : {EnsembleRule::kMean, EnsembleRule::kVote}) {
    const Classifier classifier({grey_model(1), grey_model(2), grey_model(3)}, {.rule = rule});
    EXPECT_EQ(classifier.model_count(), 3u);
    std::vector<float> p(6);
    classifier.predict_into(pixels, p);
    EXPECT_EQ(p, join_probabilities(answers, 3, rule));
  }
}

TEST(Classifier, FlipIsTheMeanWithTheMirrorImage) {
  const std::vector<uint8_t> pixels = grey_picture(10, 4).pixels;
  std::vector<uint8_t> mirrored = pixels;
  mirror(mirrored, 4, 1);
  const std::vector<float> a = asked(grey_model(1), pixels), b = asked(grey_model(1), mirrored);
  EXPECT_NE(a, b);
  const Classifier classifier({grey_model(1)}, {.views = {.flip = true}});
  std::vector<float> p(6);
  classifier.predict_into(pixels, p);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(p[i], (a[i] + b[i]) * 0.5f);
  std::vector<float> floats(pixels.begin(), pixels.end());
  EXPECT_EQ(message_of([&] { classifier.predict_into(std::span<const float>(floats), p); }),
            "flip: expected pictures, found landmarks");
}

// Pictures of 5x4 with labels 0, 1, 2, 0, ...
Dataset seven_pictures() {
  Dataset data{.height = 5,
               .width = 4,
               .channels = 1,
               .pixels = grey_picture(35, 4).pixels,
               .labels = {},
               .usage = {},
               .class_names = {}};
  for (uint8_t i = 0; i < 7; ++i) data.labels.push_back(i % 3);
  return data;
}

TEST(Classifier, RowsOfADataSetAreAskedAsEvaluateAsksThem) {
  const Dataset data = seven_pictures();
  const std::vector<int64_t> rows = {6, 0, 3, 5};
  const std::vector<Model> models = {grey_model(1), grey_model(2)};
  for (const bool flip : {false, true}) {
    const Classifier one({grey_model(1)}, {.views = {.flip = flip}}),
        two({grey_model(1), grey_model(2)}, {.rule = EnsembleRule::kVote, .views = {.flip = flip}});
    const auto expect_same = [](const Tensor& found, const Tensor& expected) {
      EXPECT_EQ(found.shape(), expected.shape());
      EXPECT_TRUE(std::equal(found.values().begin(), found.values().end(), expected.values().begin()));
    };
    expect_same(one.predict_rows(data, rows, 3), predict_rows(models[0], data, rows, 3, {.flip = flip}));
    expect_same(two.predict_rows(data, rows, 3),
                predict_ensemble(models, EnsembleRule::kVote, data, rows, 3, {.flip = flip}));
    EXPECT_EQ(one.evaluate(data, rows, 3).loss, fer::evaluate(models[0], data, rows, 3, {.flip = flip}).loss);
  }
  EXPECT_EQ(message_of([&] { Classifier({grey_model(1)}).evaluate(data, std::vector<int64_t>{7}); }),
            "evaluate: expected rows from 0 to 6, found 7");
}

TEST(Classifier, TellsWhatEachModelSaysAloneAndWeighsThem) {
  const Dataset data = seven_pictures();
  const std::vector<int64_t> rows = {6, 0, 3, 5};
  const Classifier classifier({grey_model(1), grey_model(2)}, {.weights = {3, 1}});
  const std::vector<Tensor> each = classifier.predict_rows_of_each(data, rows, 3);
  ASSERT_EQ(each.size(), 2u);
  const Tensor second = fer::predict_rows(grey_model(2), data, rows, 3);
  EXPECT_TRUE(std::equal(second.values().begin(), second.values().end(), each[1].values().begin()));
  const Tensor all = classifier.predict_rows(data, rows, 3), joined = classifier.joined(each);
  ASSERT_EQ(all.shape(), Shape({4, 3}));
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all.values()[i], joined.values()[i]);
    EXPECT_NEAR(all.values()[i], (3 * each[0].values()[i] + each[1].values()[i]) / 4, 1e-6);
  }
  EXPECT_EQ(classifier.figures(joined, data, rows).loss, classifier.evaluate(data, rows, 3).loss);
  EXPECT_EQ(message_of([&] {
              Classifier({grey_model(1), grey_model(2)}, {.weights = {1}});
            }),
            "weights: expected 2, one per model, found 1");
  EXPECT_EQ(message_of([&] { classifier.joined(std::span(each).first(1)); }),
            "ensemble: expected probabilities of 2 models, found 1");
}

TEST(Classifier, ClassesWithoutNamesGetNumbers) {
  Model model = grey_model(1);
  model.network.class_names.clear();
  const Classifier classifier({std::move(model)});
  EXPECT_EQ(classifier.class_names(), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(classifier.class_emoji(), (std::vector<std::string>{"", "", ""}));
  EXPECT_EQ(classifier.prediction_of(std::vector<float>{0.1f, 0.2f, 0.7f}).label, "2");
}

TEST(Classifier, KnowsTheFacesOfItsClasses) {
  const Classifier classifier({grey_model(1)});
  EXPECT_EQ(classifier.prediction_of(std::vector<float>{0.6f, 0.3f, 0.1f}).emoji, default_emoji("happy"));
  EXPECT_EQ(classifier.prediction_of(std::vector<float>{0.1f, 0.3f, 0.6f}).emoji, "");
  EXPECT_EQ(message_of([&] { classifier.prediction_of(std::vector<float>(4)); }),
            "prediction: expected 3 probabilities, found 4");
}

TEST(Classifier, ModelsThatDifferAreRefusedByTheirNames) {
  const auto refusal = [](Model other) {
    std::vector<Model> models;
    models.push_back(grey_model(1));
    models.push_back(std::move(other));
    return message_of([&] { Classifier(std::move(models), {}, {"first", "second"}); });
  };
  EXPECT_EQ(refusal(small_model()), "second: expected classes 3 (happy, sad, c), found 3 (a, b, c), as first has");
  Network wide({5, 6, 1}, {"happy", "sad", "c"});
  wide.add(Flatten{});
  wide.add(Dense{.units = 3});
  EXPECT_EQ(refusal({wide, initialize(wide, 1), {}}),
            "second: expected input [5, 4, 1], as first has, found [5, 6, 1]");
  EXPECT_EQ(message_of([] { Classifier(std::vector<Model>()); }), "expected at least one model, found none");
}

TEST(Classifier, LoadsFilesAndNamesThem) {
  const TemporaryFolder folder;
  save_model(grey_model(1), folder / "a.safetensors");
  save_model(small_model(), folder / "b.safetensors");
  const std::vector<std::string> paths = {folder / "a.safetensors", folder / "b.safetensors"};
  EXPECT_EQ(Classifier::load(paths[0]).width(), 4);
  expect_contains(message_of([&] { Classifier::load(paths); }), paths[1] + ": expected classes 3 (happy, sad, c)");
  expect_contains(message_of([&] { Classifier::load(folder / "none"); }), "none: cannot be read");
}

TEST(Classifier, WhatIsNoPictureIsRefusedByItsName) {
  const TemporaryFolder folder;
  put(folder / "page.png", "<!DOCTYPE html>");
  const Classifier classifier({grey_model(1)});
  const std::string expected = ": expected a PNG, JPEG, PGM, PPM or WebP picture, found ";
  expect_contains(message_of([&] { classifier.predict_file(folder / "page.png"); }),
                  folder / "page.png" + expected + "a web page");
  expect_contains(message_of([&] { classifier.predict_encoded({}); }), "picture" + expected + "an empty file");
  expect_contains(message_of([&] { classifier.predict_encoded(bytes_of("GIF89a"), "upload 7"); }),
                  "upload 7" + expected + "a GIF picture");
}

TEST(Classifier, AModelForLandmarksTakesNoPictures) {
  Network net({kLandmarkPoints, 2, 1}, {"a", "b"});
  net.add(Flatten{});
  net.add(Dense{.units = 2, .activation = Activation::kSoftmax});
  const Classifier classifier({Model{net, initialize(net, 1), {}}});
  EXPECT_TRUE(classifier.takes_landmarks());
  EXPECT_EQ(message_of([&] { classifier.predict(grey_picture(5, 4)); }),
            "picture: the model takes landmarks, found a picture (fer-landmarks makes landmarks of it)");
  const std::vector<float> points(kLandmarkPoints * 2, 0.25f);
  std::vector<float> p(2);
  classifier.predict_into(std::span<const float>(points), p);
  EXPECT_NEAR(p[0] + p[1], 1, 1e-6);
}

TEST(Classifier, ManyThreadsMayAskAtOnce) {
  const std::string file = encode_png(grey_picture(9, 13));
  const Classifier classifier({grey_model(1), grey_model(2)}, {.views = {.flip = true}});
  const std::vector<float> expected = classifier.predict_encoded(bytes_of(file)).probabilities;
  std::atomic<int> different = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (classifier.predict_encoded(bytes_of(file)).probabilities != expected) ++different;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(different, 0);
}

TEST(MostProbable, GoesFromTheMostToTheLeastAndTheFirstOfEqualsIsFirst) {
  const std::vector<float> p = {0.1f, 0.4f, 0.1f, 0.4f};
  EXPECT_EQ(most_probable(p, 3), (std::vector<int64_t>{1, 3, 0}));
  EXPECT_EQ(most_probable(p, 9), (std::vector<int64_t>{1, 3, 0, 2}));
  EXPECT_TRUE(most_probable(p, 0).empty());
}

}  // namespace
}  // namespace fer
