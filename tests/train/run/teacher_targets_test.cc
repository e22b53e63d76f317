#include "train/run/teacher_targets.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "fer/evaluate.h"
#include "tests/train/whole_run.h"

namespace fer::train {
namespace {

// A trained network whose classes have these names, and which finds them in this order.
Model teacher_model(uint64_t seed, std::vector<std::string> names = {"top", "middle", "bottom"}) {
  SmallRun run;
  TrainConfig config = small_config();
  config.seed = seed;
  config.epochs = 12;
  config.optimizer = Adam{.learning_rate = 0.01f};
  Network network = small_network();
  network.class_names = std::move(names);
  Trainer trainer(network, config);
  run.fit(trainer);
  return trainer.model();
}

class TeacherTargets : public ::testing::Test {
 protected:
  TeacherTargets() {
    save_model(a_, folder_ / "a");
    save_model(b_, folder_ / "b");
  }
  RowTable answers_of(const Teacher& teacher, const Network& network = small_network()) {
    RowTable table(run_.train, run_.data.size(), 3);
    figures_ = ask_teacher(teacher, network, inputs_, {}, table);
    return table;
  }
  Teacher teacher(const std::string& names) { return {.models = {folder_ / names}}; }

  SmallRun run_;
  RunInputs inputs_{.data = run_.data, .train = run_.train, .validation = run_.validation, .targets = {}};
  ScratchFolder folder_;
  inline static const Model a_ = teacher_model(1), b_ = teacher_model(2);
  TeacherFigures figures_;
};

TEST_F(TeacherTargets, AreTheMeanOfTheModelsProbabilities) {
  for (const bool flip : {false, true}) {
    const Tensor a = predict_rows(a_, run_.data, run_.train, 64, {.flip = flip});
    const Tensor b = predict_rows(b_, run_.data, run_.train, 64, {.flip = flip});
    Teacher teacher{.models = {folder_ / "a", folder_ / "b"}};
    teacher.views.flip = flip;
    RowTable found = answers_of(teacher);
    double own = 0;
    for (size_t i = 0; i < 70; ++i) {
      for (size_t k = 0; k < 3; ++k) {
        const double mean = (static_cast<double>(a.values()[3 * i + k]) + b.values()[3 * i + k]) / 2;
        EXPECT_NEAR(found.tensor().values()[3 * i + k], mean, 1e-6);
        if (k == i % 3) own += mean / 70;
      }
    }
    EXPECT_EQ(figures_.models, 2);
    EXPECT_EQ(figures_.pictures, 70);
    EXPECT_NEAR(figures_.label_probability, own, 1e-6);
    EXPECT_GT(own, 0.4) << "the models have learnt nothing: a poor test";
  }
}

// Hinton, Vinyals and Dean 2015, equation 1: q_k = exp(z_k / T) / sum_j exp(z_j / T).
TEST_F(TeacherTargets, AreTheSoftmaxOfLogitsDividedByTheTemperature) {
  Model logits = a_;
  std::get<Dense>(logits.network.layers.back().kind).activation = Activation::kLinear;
  save_model(logits, folder_ / "logits");
  for (const double temperature : {0.5, 1.0, 4.0, 20.0}) {
    for (const char* name : {"a", "logits"}) {
      Teacher asked = teacher(name);
      asked.temperature = temperature;
      RowTable found = answers_of(asked);
      const Tensor p = predict_rows(a_, run_.data, run_.train);
      for (size_t i = 0; i < 70; ++i) {
        double sum = 0, z[3];
        for (size_t k = 0; k < 3; ++k) {
          z[k] = std::log(static_cast<double>(p.values()[3 * i + k]));  // logits but for a constant
          sum += std::exp(z[k] / temperature);
        }
        for (size_t k = 0; k < 3; ++k) {
          EXPECT_NEAR(found.tensor().values()[3 * i + k], std::exp(z[k] / temperature) / sum, 2e-6) << temperature;
        }
      }
    }
  }
}

// The one class that is certain keeps all, without 0 / 0, also where the others underflowed.
TEST_F(TeacherTargets, StayADistributionAtAnyTemperature) {
  Model sharp = a_;
  for (float& w : sharp.weights.values.values()) w *= 64;
  save_model(sharp, folder_ / "sharp");
  for (const double temperature : {1e-6, 1e-3, 1.0, 1e3, 1e6}) {
    Teacher asked = teacher("sharp");
    asked.temperature = temperature;
    RowTable found = answers_of(asked);
    for (const int64_t row : run_.train) {
      double sum = 0;
      for (const float p : found[row]) {
        EXPECT_TRUE(p >= 0 && p <= 1) << p;
        sum += p;
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

TEST_F(TeacherTargets, AreMatchedByTheNamesOfTheClasses) {
  Network network = small_network();
  network.class_names = {"sad", "angry", "happy"};
  Model model = a_;
  model.network.class_names = {"happy", "Sadness", "anger"};
  save_model(model, folder_ / "named");
  const RowTable plain = answers_of(teacher("a")), found = answers_of(teacher("named"), network);
  for (const int64_t row : run_.train) {
    EXPECT_EQ(found[row][0], plain[row][1]);
    EXPECT_EQ(found[row][1], plain[row][2]);
    EXPECT_EQ(found[row][2], plain[row][0]);
  }
  // Without names on one side they are taken in their order.
  network.class_names.clear();
  EXPECT_TRUE(same_bits(answers_of(teacher("named"), network).tensor().values(), plain.tensor().values()));
}

TEST_F(TeacherTargets, OfOtherClassesAreRefusedByName) {
  Model model = a_;
  model.network.class_names = {"top", "middle", "side"};
  save_model(model, folder_ / "side");
  EXPECT_EQ(
      message_of([&] { answers_of(teacher("side")); }),
      "teacher " + (folder_ / "side") + ": expected classes 3 (top, middle, bottom), found 3 (top, middle, side)");
  // One name for two classes takes one of them.
  EXPECT_NE(message_of([&] {
              Network one = small_network(), other = small_network();
              one.class_names = {"anger", "angry", "sad"};
              other.class_names = {"angry", "sad", "happy"};
              classes_of_teacher(one, other);
            }),
            "");
  EXPECT_NE(message_of([&] { classes_of_teacher(with_classes(small_network(), {"a", "b"}), small_network()); }), "");
}

TEST_F(TeacherTargets, OfAFileThatIsNotThereOrTakesOtherPicturesAreRefusedByName) {
  const std::string missing = folder_ / "missing";
  EXPECT_NE(message_of([&] { answers_of(teacher("missing")); }).find(missing), std::string::npos);
  Dataset points = run_.data;
  points.values.assign(points.pixels.begin(), points.pixels.end());
  points.pixels.clear();
  points.width = 12;
  points.height = 3;
  const RunInputs inputs{.data = points, .train = run_.train, .validation = {}, .targets = {}};
  RowTable table(run_.train, points.size(), 3);
  EXPECT_TRUE(message_of([&] {
                ask_teacher(teacher("a"), small_network(), inputs, {}, table);
              }).starts_with("teacher " + (folder_ / "a") + ": data set: expected pictures [6, 6, 1]"));
}

TrainConfig taught_config(std::string out_dir, std::vector<std::string> models) {
  TrainConfig config = rich_config(std::move(out_dir));
  config.mixing.mixup = 0.5;
  config.mixing.probability = 0.5;
  config.teacher = {.models = std::move(models), .weight = 0.6, .temperature = 2, .views = {.flip = true}};
  return config;
}

TEST_F(TeacherTargets, ChangeTheRunAndNotWithTheNumberOfThreads) {
  const Outcome taught = outcome_of(taught_config(folder_ / "one", {folder_ / "a"}));
  TrainConfig plain = taught_config(folder_ / "plain", {});
  EXPECT_FALSE(same_weights(outcome_of(plain).model, taught.model));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plain/teacher_targets.safetensors"));
  set_num_threads(3);
  const SmallRun run;
  set_num_threads(3);
  Trainer trainer(small_network(), taught_config(folder_ / "three", {folder_ / "a"}));
  run.fit(trainer);
  set_num_threads(1);
  EXPECT_TRUE(same_weights(trainer.model(), taught.model));
  EXPECT_EQ(content_of(folder_ / "three/best.safetensors"), taught.best_file);
  // Without a folder the same.
  EXPECT_TRUE(same_weights(outcome_of(taught_config({}, {folder_ / "a"})).model, taught.model));
}

TEST_F(TeacherTargets, AreKeptWithTheRunWhichThenNeedsNoTeacher) {
  std::filesystem::create_directory(folder_ / "gone");
  save_model(a_, folder_ / "gone/a");
  const Outcome whole = outcome_of(taught_config(folder_ / "whole", {folder_ / "gone/a", folder_ / "b"}));
  for (const int64_t stop_at : {1, 13, 27}) {
    SCOPED_TRACE(stop_at);
    save_model(a_, folder_ / "gone/a");
    const TrainConfig config = taught_config(folder_ / std::to_string(stop_at), {folder_ / "gone/a", folder_ / "b"});
    int64_t steps = 0, asked = 0;
    const TrainCallbacks callbacks{.on_step = [&](const StepProgress&) { ++steps; },
                                   .on_teacher = [&](const TeacherFigures&) { ++asked; },
                                   .should_stop = [&] { return steps == stop_at; }};
    outcome_of(config, callbacks);
    EXPECT_EQ(asked, 1);
    std::filesystem::remove(folder_ / "gone/a");
    TrainConfig again = config;
    again.resume = true;
    expect_same(outcome_of(again, {.on_teacher = [&](const TeacherFigures&) { ++asked; }}), whole);
    EXPECT_EQ(asked, 1);
  }
}

TEST_F(TeacherTargets, OfARunThatIsResumedAreThoseThatItBeganWith) {
  const TrainConfig config = taught_config(folder_ / "run", {folder_ / "a"});
  int64_t steps = 0;
  outcome_of(config, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == 5; }});
  const auto refusal = [&](TrainConfig other) {
    other.resume = true;
    return message_of([&] { outcome_of(other); });
  };
  TrainConfig other = config;
  other.teacher.models = {folder_ / "b"};
  EXPECT_NE(refusal(other).find("config.teacher.models.0 was \"" + (folder_ / "a")), std::string::npos)
      << refusal(other);
  other = config;
  other.teacher.weight = 0.75;
  EXPECT_NE(refusal(other).find("config.teacher.weight was 0.6, now 0.75"), std::string::npos);
  other.teacher = {};
  EXPECT_NE(refusal(other), "");

  // Also where the refused resume had made a folder for its snapshots.
  other = config;
  other.batch_size = 16;
  other.save_every = 2;
  EXPECT_NE(refusal(other), "");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/teacher_targets.safetensors"));

  const std::string file = folder_ / "run/teacher_targets.safetensors", bytes = content_of(file);
  outcome_of(taught_config(folder_ / "other", {folder_ / "b"}));
  std::filesystem::copy_file(folder_ / "other/teacher_targets.safetensors", file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(refusal(config).find("teacher_targets was"), std::string::npos) << refusal(config);
  std::filesystem::remove(file);
  EXPECT_TRUE(refusal(config).starts_with(file)) << refusal(config);
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_EQ(refusal(config), "");
}

TEST_F(TeacherTargets, OfAStoppedStartLeaveNothing) {
  for (const auto& model : {folder_ / "a", folder_ / "missing"}) {
    TrainConfig config = taught_config(folder_ / "new/run", {model});
    EXPECT_NE(message_of([&] { outcome_of(config, {.should_stop = [] { return true; }}); }), "");
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  }
  // Where the targets are written and then something else fails, too.
  TrainConfig config = taught_config(folder_ / "new/run", {folder_ / "a"});
  EXPECT_NE(message_of([&] {
              outcome_of(config, {.on_teacher = [&](const TeacherFigures&) {
                           std::filesystem::create_directory(folder_ / "new/run/config.json");
                           std::filesystem::create_directory(folder_ / "new/run/config.json/x");
                         }});
            }),
            "");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new/run/teacher_targets.safetensors"));
}

TEST_F(TeacherTargets, NeedTheCrossEntropyAndPathsThatAreThere) {
  TrainConfig config = small_config();
  config.teacher.models = {folder_ / "a"};
  config.loss = Loss::kSquaredHinge;
  EXPECT_EQ(message_of([&] { Trainer(small_network(), config); }),
            "teacher: expected the loss cross_entropy for soft targets, found squared_hinge");
  config.loss = Loss::kCrossEntropy;
  config.teacher.models.emplace_back();
  EXPECT_NE(message_of([&] { Trainer(small_network(), config); }), "");
  config.teacher.models = {folder_ / "a"};
  config.teacher.weight = 1.5;
  EXPECT_NE(message_of([&] { Trainer(small_network(), config); }), "");
  config.teacher.weight = 1;
  config.teacher.temperature = 0;
  EXPECT_NE(message_of([&] { Trainer(small_network(), config); }), "");
}

// What the method is for: a student on few, noisy labels does better with the answers of a good teacher.
TEST_F(TeacherTargets, OfAGoodTeacherLowerTheLossOfAStudentOnNoisyLabels) {
  SmallRun noisy;
  for (size_t i = 0; i < 70; i += 2) noisy.data.labels[i] = static_cast<uint8_t>((i / 2) % 3);
  const auto val_loss = [&](std::vector<std::string> models) {
    TrainConfig config = small_config();
    config.epochs = 12;
    config.optimizer = Adam{.learning_rate = 0.01f};
    config.early_stopping.enabled = false;
    config.teacher = {.models = std::move(models), .weight = 0.9};
    Trainer trainer(small_network(), config);
    return noisy.fit(trainer).epochs.back().val_loss;
  };
  TrainConfig long_run = small_config();
  long_run.epochs = 20;
  long_run.optimizer = Adam{.learning_rate = 0.01f};
  long_run.early_stopping.enabled = false;
  Trainer good(small_network(), long_run);
  run_.fit(good);
  save_model(good.model(), folder_ / "good");
  EXPECT_LT(val_loss({folder_ / "good"}), val_loss({}));
}

}  // namespace
}  // namespace fer::train
