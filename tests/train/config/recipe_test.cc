#include "fer/recipe.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer {
namespace {

std::string network_with(const std::string& training) {
  return R"({"input": [6, 6, 1], "layers": [{"name": "flat", "type": "flatten"},
    {"name": "out", "type": "dense", "units": 3, "activation": "softmax"}])" +
         (training.empty() ? "" : ", \"training\": " + training) + "}";
}

Recipe recipe_of(const std::string& training) { return recipe_from_json(network_with(training), "net.json"); }

bool has_remark(const Recipe& recipe, const std::string& text) {
  for (const std::string& remark : recipe.remarks) {
    if (remark.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(LoadRecipe, ReadsThatOfEveryNetwork) {
  for (const std::string& name : network_names()) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(load_recipe(name).remarks.empty()) << "every one leaves something open";
  }
}

TEST(LoadRecipe, OfSeed003) {
  const Recipe r = load_recipe("seed003_vgg_like");
  EXPECT_STREQ(optimizer_name(r.config.optimizer), "adam");
  EXPECT_EQ(r.config.batch_size, 64);
  EXPECT_EQ(r.config.epochs, 100);
  EXPECT_EQ(r.config.early_stopping.monitor, "val_accuracy");
  EXPECT_EQ(r.config.early_stopping.patience, 10);
  EXPECT_TRUE(r.config.early_stopping.enabled);
  EXPECT_EQ(r.config.reduce_lr.monitor, "val_loss");
  EXPECT_EQ(r.config.reduce_lr.factor, 0.9);
  EXPECT_EQ(r.config.reduce_lr.patience, 5);
  EXPECT_EQ(r.config.augmentation.rotation_deg, 10);
  EXPECT_EQ(r.config.augmentation.width_shift, 0.1);
  EXPECT_EQ(r.config.augmentation.height_shift, 0.1);
  EXPECT_EQ(r.config.augmentation.zoom, 0.1);
  EXPECT_TRUE(r.config.augmentation.horizontal_flip);
  EXPECT_EQ(r.split.kind, RecipeSplit::Kind::kRandom);
  EXPECT_EQ(r.split.validation_share, 0.2);
  EXPECT_EQ(r.split.of, Usage::kTraining);
  ASSERT_EQ(r.stages.size(), 3u);
  EXPECT_FALSE(r.stages[0].wrong_only || r.stages[0].augmented || r.stages[1].augmented || r.stages[2].wrong_only);
  EXPECT_TRUE(r.stages[1].wrong_only && r.stages[2].augmented);
  EXPECT_EQ(r.stages[2].epochs, 100);
  EXPECT_TRUE(has_remark(r, "stages: 2: \"fit again (100 epochs) on wrongly classified"));
  EXPECT_TRUE(has_remark(r,
                         "from the best weights of the stage before, on the training pictures that it classifies "
                         "wrongly"));
}

TEST(LoadRecipe, OfSeeds000And001) {
  const Recipe cnn48 = load_recipe("seed000_cnn48");
  const RmsProp keras = std::get<RmsProp>(cnn48.config.optimizer);
  EXPECT_EQ(keras.learning_rate, 2e-5f);
  EXPECT_EQ(keras.epsilon, 1e-7f);
  EXPECT_FALSE(cnn48.config.early_stopping.enabled);
  EXPECT_FALSE(cnn48.config.reduce_lr.enabled);
  EXPECT_EQ(cnn48.split.seed, 1u);

  const Recipe landmarks = load_recipe("seed000_landmark_cnn");
  EXPECT_EQ(landmarks.config.loss, Loss::kSquaredHinge);
  EXPECT_EQ(landmarks.split.kind, RecipeSplit::Kind::kUsage);
  EXPECT_EQ(landmarks.split.validation, Usage::kPrivateTest);

  const Recipe cnn224 = load_recipe("seed000_cnn224");
  EXPECT_EQ(cnn224.config.steps_per_epoch, 500);
  EXPECT_EQ(cnn224.config.augmentation.shear_deg, 0.2);

  const Recipe shallow = load_recipe("seed001_shallow_cnn");
  const RmsPropTf1 tf1 = std::get<RmsPropTf1>(shallow.config.optimizer);
  EXPECT_EQ(tf1.learning_rate, 5e-4f);
  EXPECT_EQ(tf1.rho, 0.9f);
  EXPECT_EQ(tf1.epsilon, 1e-10f);
  EXPECT_EQ(shallow.config.max_steps, 10600);
  EXPECT_EQ(shallow.config.save_every, 1000);
  EXPECT_TRUE(has_remark(shallow, "batch_size: not known: 64 is used"));
  EXPECT_TRUE(has_remark(load_recipe("seed001_wider_cnn"), "optimizer: not known: adam with learning rate 0.001"));

  const Recipe vgg8 = load_recipe("seed002_vgg8");
  EXPECT_FALSE(vgg8.config.early_stopping.restore_best_weights);
  EXPECT_EQ(vgg8.config.early_stopping.patience, 8);
  EXPECT_EQ(vgg8.split.validation_share, 0.1);
  EXPECT_EQ(vgg8.split.unused_share, 0.1);
}

TEST(LoadRecipe, TakesWhatAUsersFileSays) {
  const Recipe r = recipe_of(R"({"optimizer": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": true},
    "loss": "sparse_categorical_crossentropy", "batch_size": 8, "accumulate": 2, "epochs": 3, "label_smoothing": 0.1,
    "class_weights": [1, 2, 0.5], "callbacks": [{"name": "reduce_lr_on_plateau"}],
    "split": {"validation": 0.25, "of": "all", "seed": 9}, "preprocessing": {"scale": 0.5, "shift": -1},
    "augmentation": {"horizontal_flip": true, "fill": "wrap"}})");
  EXPECT_TRUE(std::get<Sgd>(r.config.optimizer).nesterov);
  EXPECT_EQ(r.config.accumulate, 2);
  EXPECT_EQ(r.config.class_weights, (std::vector<double>{1, 2, 0.5}));
  EXPECT_EQ(r.config.reduce_lr.factor, 0.1) << "Keras's defaults";
  EXPECT_EQ(r.config.reduce_lr.patience, 10);
  EXPECT_EQ(r.config.augmentation.fill, Fill::kWrap);
  EXPECT_EQ(r.config.preprocessing, (Preprocessing{.scale = 0.5f, .shift = -1}));
  EXPECT_EQ(r.split.seed, 9u);
}

TEST(LoadRecipe, TakesEveryOptionUnderItsNameInConfigJson) {
  const Recipe r = recipe_of(R"({"weight_average": 0.9, "seed": 7, "checkpoint_monitor": "val_accuracy",
    "schedule": {"name": "cosine", "warmup_epochs": 2}, "clipping": {"norm": 1}, "steps_per_epoch": null})");
  EXPECT_EQ(r.config.weight_average, 0.9);
  EXPECT_EQ(r.config.seed, 7u);
  EXPECT_EQ(r.config.checkpoint_monitor, "val_accuracy");
  EXPECT_EQ(std::get<CosineSchedule>(r.config.schedule).warmup_epochs, 2);
  EXPECT_EQ(r.config.clipping.norm, 1);
  EXPECT_EQ(r.config.steps_per_epoch, 0);
}

TEST(LoadRecipe, ReadsNumbersOutOfWords) {
  const Recipe r = recipe_of(R"json({"loss": "softmax cross entropy on logits", "iterations": "about 10,600",
    "optimizer": {"name": "rmsprop", "decay": 0.8}, "batch_size": null, "epochs": null,
    "split": {"train": "Training (28,709)", "validation": "PrivateTest (3,589)"}})json");
  EXPECT_EQ(r.config.max_steps, 10600);
  EXPECT_EQ(std::get<RmsPropTf1>(r.config.optimizer).rho, 0.8f) << "decay is TensorFlow 1's word";
  EXPECT_EQ(r.split.kind, RecipeSplit::Kind::kUsage);
}

TEST(LoadRecipe, StagesHaveTheirOwnEpochs) {
  const Recipe r =
      recipe_of(R"json({"epochs": 7, "stages": ["a", "b (1,200 Epochs)", "1 epoch on Misclassified ones"]})json");
  ASSERT_EQ(r.stages.size(), 3u);
  EXPECT_EQ(r.stages[0].epochs, 7);
  EXPECT_EQ(r.stages[1].epochs, 1200);
  EXPECT_EQ(r.stages[2].epochs, 1);
  EXPECT_FALSE(r.stages[1].wrong_only);
  EXPECT_TRUE(r.stages[2].wrong_only);
}

TEST(LoadRecipe, NamesTheFieldThatIsWrong) {
  const auto message = [](const std::string& training) { return message_of([&] { recipe_of(training); }); };
  EXPECT_EQ(message(""), "net.json: training: expected the settings that the network is trained with, found none");
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "net.json: training: expected an object, found []"},
      {R"({"batchsize": 3})", "net.json: training: unknown field \"batchsize\""},
      {R"({"batch_size": 0})", "net.json: training: batch_size: expected a whole number from 1 to 1048576, found 0"},
      {R"({"batch_size": "many"})", "net.json: training: batch_size: expected a whole number"},
      {R"({"epochs": 1.5})", "net.json: training: epochs: expected a whole number"},
      {R"({"loss": "mse"})", "net.json: training: loss: expected cross_entropy"},
      {R"({"optimizer": {"name": "adagrad"}})", "net.json: training: optimizer: name: expected adam"},
      {R"({"optimizer": {"name": "adam", "rho": 1}})", "net.json: training: optimizer: unknown field \"rho\""},
      {R"({"optimizer": {"name": "adam", "learning_rate": -1}})", "net.json: training: optimizer.learning_rate:"},
      {R"({"augmentation": {"fill": "mirror"}})", "net.json: training: augmentation: fill: expected nearest"},
      {R"({"augmentation": {"zoom": 7}})",
       "net.json: training: augmentation.zoom: expected a number of at least 0 and below 1"},
      {R"({"callbacks": [{"name": "lambda"}]})", "net.json: training: callbacks: name: expected early_stopping"},
      {R"({"callbacks": [{"name": "early_stopping", "monitor": "f1"}]})",
       "net.json: training: callbacks: early_stopping: monitor: expected loss"},
      {R"({"callbacks": [{"name": "early_stopping", "patience": "3"}]})",
       "net.json: training: callbacks: early_stopping: patience: expected"},
      {R"({"split": {"of": "Test", "validation": 0.1}})", "net.json: training: split: of: expected all or a usage"},
      {R"({"split": {"validation": 1.5}})", "net.json: training: split: validation: expected a usage, a share"},
      {R"({"split": {"train": ["Training"]}})", "net.json: training: split: train: expected a usage, a share"},
      {R"({"split": {"train": "Training", "validation": "Public"}})",
       "net.json: training: split: validation: expected a usage, as train has"},
      {R"({"class_weights": [1]})", "net.json: training: class_weights: expected 3, one per class, found 1"},
      {R"({"stages": [3]})", "net.json: training: stages: expected texts, found 3"},
      {R"({"stages": []})", "net.json: training: stages: expected 1 to 1000 texts, found []"},
      {R"json({"stages": ["a (0 epochs)"]})json",
       "net.json: training: stages: expected a number of epochs of 1 or more, found"},
      {R"({"stages": ["a", "b"], "augmentation": {"stage": 3}})",
       "net.json: training: augmentation: stage: expected the number of a stage, 1 to 2, found 3"},
      {R"({"class_weights": 3})", "net.json: training: class_weights: expected null"},
  };
  for (const auto& [training, expected] : cases) {
    EXPECT_TRUE(message(training).starts_with(expected)) << message(training);
  }
}

}  // namespace
}  // namespace fer
