#include <gtest/gtest.h>

#include <cmath>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TEST(Fit, RefusesDataThatDoesNotFitTheNetwork) {
  const SmallRun run;
  Trainer trainer(small_network(), small_config());
  EXPECT_EQ(message_of([&] { trainer.fit(run.data, {}, run.validation); }),
            "training: expected at least one picture, found none");
  EXPECT_EQ(message_of([&] { trainer.fit(run.data, numbers(85, 95), {}); }),
            "training: expected rows from 0 to 89, found 90");
  Dataset wide = run.data;
  wide.width = 9;
  wide.height = 2;
  wide.channels = 2;
  EXPECT_EQ(message_of([&] { trainer.fit(wide, run.train, {}); }),
            "data set: expected pictures [6, 6, 1], the network's input, found pictures [2, 9, 2]");
  Dataset points = run.data;
  points.values.assign(points.pixels.begin(), points.pixels.end());
  points.pixels.clear();
  points.width = 12;
  points.height = 3;
  EXPECT_EQ(message_of([&] { trainer.fit(points, run.train, {}); }),
            "data set: expected pictures [6, 6, 1], the network's input, found landmarks [3, 12, 1]");
  Dataset odd = run.data;
  odd.labels[75] = 3;
  EXPECT_EQ(message_of([&] { trainer.fit(odd, run.train, run.validation); }),
            "validation: row 75: expected a label below 3, found 3");
  odd.labels.pop_back();
  EXPECT_EQ(message_of([&] { trainer.fit(odd, run.train, {}); }), "data set: expected 90 labels, found 89");
  const std::vector<float> few(10, 0.5f);
  EXPECT_NE(message_of([&] { trainer.fit(run.data, run.train, {}, {}, few); }), "");
}

TEST(TrainConfig, RefusesNonsenseByTheOptionsName) {
  const auto refusal = [](auto change) {
    TrainConfig config = small_config();
    change(config);
    return message_of([&] { Trainer(small_network(), config); });
  };
  EXPECT_EQ(refusal([](TrainConfig& c) { c.epochs = 0; }), "epochs: expected 1 or more, found 0");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.batch_size = -1; }), "batch_size: expected 1 or more, found -1");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.optimizer = Adam{.learning_rate = 0}; }),
            "optimizer.learning_rate: expected more than 0, found 0");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.optimizer = Sgd{.learning_rate = NAN}; }),
            "optimizer.learning_rate: expected more than 0, found nan");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.reduce_lr.factor = 1; }),
            "reduce_lr.factor: expected between 0 and 1, found 1");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.label_smoothing = 1; }),
            "label_smoothing: expected 0 <= label_smoothing < 1, found 1");
  EXPECT_EQ(refusal([](TrainConfig& c) {
              c.class_weights = {1, 1};
            }),
            "class_weights: expected 3, one a class, found 2");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.clipping = {.norm = 1, .value = 1}; }),
            "clipping: expected a norm or a value, found both");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.resume = true; }), "resume: expected out_dir to resume from, found none");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.early_stopping.monitor = "f1"; }),
            "early_stopping.monitor: expected loss, accuracy, val_loss or val_accuracy, found \"f1\"");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.epochs = 1; }), "");
}

}  // namespace
}  // namespace fer
