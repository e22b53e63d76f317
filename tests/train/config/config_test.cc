#include "train/config/config.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/train/json_of.h"
#include "tests/train/small_run.h"

namespace fer::train {
namespace {

using nlohmann::json;

// The first version's, to the byte.
constexpr const char* kDefaults = R"({
  "accumulate": 1,
  "augmentation": {
    "fill": "nearest",
    "fill_value": 0.0,
    "height_shift": 0.0,
    "horizontal_flip": false,
    "rotation_deg": 0.0,
    "shear_deg": 0.0,
    "width_shift": 0.0,
    "zoom": 0.0
  },
  "batch_size": 64,
  "checkpoint_monitor": "val_loss",
  "class_weights": [],
  "clipping": {
    "norm": 0.0,
    "value": 0.0
  },
  "early_stopping": {
    "enabled": true,
    "min_delta": 0.0,
    "monitor": "val_loss",
    "patience": 8,
    "restore_best_weights": true,
    "start_from_epoch": 0
  },
  "epochs": 100,
  "label_smoothing": 0.0,
  "loss": "cross_entropy",
  "max_steps": 0,
  "optimizer": {
    "beta1": 0.8999999761581421,
    "beta2": 0.9990000128746033,
    "epsilon": 1.0000000116860974e-07,
    "learning_rate": 0.0010000000474974513,
    "name": "adam"
  },
  "precision": "fp32",
  "preprocessing": {
    "scale": 0.003921568859368563,
    "shift": 0.0
  },
  "reduce_lr": {
    "cooldown": 0,
    "enabled": true,
    "factor": 0.9,
    "min_delta": 0.0001,
    "min_lr": 0.0,
    "monitor": "val_loss",
    "patience": 3
  },
  "save_every": 0,
  "schedule": {
    "name": "constant"
  },
  "seed": 42,
  "steps_per_epoch": 0,
  "weight_average": 0.0
})";

TEST(ConfigToJson, IsToTheByteWhatItWas) {
  EXPECT_EQ(config_to_json({}).dump(2), kDefaults);
  TrainConfig config;
  config.optimizer = RmsPropTf1{.momentum = 0.5f, .centered = true};
  config.schedule = StepSchedule{.every_epochs = 1};
  config.reduce_lr.enabled = false;
  config.class_weights = {1, 0.5};
  const json many = json_of(config_to_json(config));
  EXPECT_EQ(
      many["optimizer"].dump(),
      R"({"centered":true,"epsilon":1.000000013351432e-10,"learning_rate":0.0010000000474974513,"momentum":0.5,"name":"rmsprop-tf1","rho":0.8999999761581421})");
  EXPECT_EQ(many["schedule"].dump(), R"({"every_epochs":1,"factor":0.1,"name":"step"})");
  EXPECT_EQ(many["reduce_lr"].dump(), R"({"enabled":false})");
  EXPECT_EQ(many["class_weights"].dump(), "[1.0,0.5]");
}

TEST(ConfigToJson, ComesBack) {
  TrainConfig config;
  config.epochs = 7;
  config.optimizer = Sgd{.learning_rate = 0.3f, .momentum = 0.9f, .nesterov = true};
  config.schedule = CosineSchedule{.warmup_epochs = 2, .final_factor = 0.1};
  config.augmentation = {.horizontal_flip = true, .zoom = 0.2, .fill = Fill::kWrap};
  config.early_stopping.enabled = false;
  config.loss = Loss::kSquaredHinge;
  config.seed = UINT64_MAX;
  config.class_weights = {1, 2, 3};
  const json written = json_of(config_to_json(config));
  EXPECT_EQ(json_of(config_to_json(config_from_json(json::parse(written.dump())))), written);
}

TEST(ConfigFromJson, WhatAnOldFileLacksHasItsDefault) {
  TrainConfig config;
  config.optimizer = RmsProp{.momentum = 0.5f, .centered = true};
  config.weight_average = 0.9;
  const json whole = json_of(config_to_json(config));
  for (const char* lost : {"/precision", "/optimizer/centered", "/augmentation/shear_deg", "/weight_average"}) {
    json old = whole;
    const json::json_pointer pointer(lost);
    old[pointer.parent_pointer()].erase(pointer.back());
    json expected = whole;
    TrainConfig defaults;
    defaults.optimizer = RmsProp{};
    expected[pointer] = json_of(config_to_json(defaults))[pointer];
    EXPECT_EQ(json_of(config_to_json(config_from_json(old))), expected) << lost;
  }
}

TEST(ConfigFromJson, WhatIsNotKnownIsLeft) {
  EXPECT_EQ(
      json_of(config_to_json(config_from_json(
          {{"epochs", "many"}, {"optimizer", 3}, {"wings", 2}, {"schedule", {{"name", "spiral"}, {"turns", 4}}}}))),
      json_of(config_to_json({})));
  EXPECT_EQ(json_of(config_to_json(config_from_json(json::object()))), json_of(config_to_json({})));
}

TEST(ComparedSettings, LeaveOutWhatMayDiffer) {
  const json settings = json_of(compared_settings({}));
  EXPECT_FALSE(settings.contains("save_every"));
  EXPECT_FALSE(settings.contains("epochs"));
  EXPECT_TRUE(settings.contains("batch_size"));
  TrainConfig cosine;
  cosine.schedule = CosineSchedule{};
  EXPECT_EQ(json_of(compared_settings(cosine))["epochs"], 100) << "the rate depends on it";
  for (const char* own : {"out_dir", "resume", "checkpoint_seconds"})
    EXPECT_FALSE(json_of(config_to_json({})).contains(own));
}

TEST(TrainConfig, RefusesNonsenseByTheOptionsName) {
  const auto refusal = [](auto change) {
    TrainConfig config = small_config();
    change(config);
    return message_of([&] { Trainer(small_network(), config); });
  };
  EXPECT_EQ(refusal([](TrainConfig& c) { c.epochs = 0; }),
            "epochs: expected a whole number from 1 to 2147483647, found 0");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.batch_size = -1; }),
            "batch_size: expected a whole number from 1 to 1048576, found -1");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.optimizer = Adam{.learning_rate = 0}; }),
            "optimizer.learning_rate: expected a number above 0, found 0");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.optimizer = Sgd{.learning_rate = NAN}; }),
            "optimizer.learning_rate: expected a number above 0, found nan");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.reduce_lr.factor = 1; }),
            "reduce_lr.factor: expected a number above 0 and below 1, found 1");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.label_smoothing = 1; }),
            "label_smoothing: expected a number of at least 0 and below 1, found 1");
  EXPECT_EQ(refusal([](TrainConfig& c) {
              c.class_weights = {1, 1};
            }),
            "class_weights: expected 3, one per class, found 2");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.clipping = {.norm = 1, .value = 1}; }),
            "clipping: expected a norm or a value, found both");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.resume = true; }), "resume: expected out_dir to resume from, found none");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.early_stopping.monitor = "f1"; }),
            "early_stopping.monitor: expected loss, accuracy, val_loss or val_accuracy, found \"f1\"");
  EXPECT_EQ(refusal([](TrainConfig& c) {
              c.class_weights = {1, -1, 1};
            }),
            "class_weights: expected one number per class, each of at least 0, found -1");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.preprocessing.scale = 0; }),
            "preprocessing.scale: expected a number other than 0, found 0");
  EXPECT_NE(refusal([](TrainConfig& c) { c.preprocessing.shift = INFINITY; }), "");
  EXPECT_EQ(refusal([](TrainConfig& c) { c.epochs = 1; }), "");
}

}  // namespace
}  // namespace fer::train
