// --standardize: what a new model's preprocessing becomes, in a program and in a run.
#include <gtest/gtest.h>

#include <cmath>

#include "fer/predictor.h"
#include "tests/train/small_run.h"

namespace fer {
namespace {

Model new_model(const TrainConfig& config) {
  Network network = small_network();
  use_crop(network, config.augmentation);
  Weights weights = initialize(network, 1);
  return {std::move(network), std::move(weights), config.preprocessing};
}

TrainConfig config_with(Standardization standardize, bool equalize = false) {
  TrainConfig config = small_config();
  config.preprocessing.standardize = standardize;
  config.preprocessing.equalize = equalize;
  return config;
}

TEST(Standardize, OfTheDataSetGivesItMeanZeroAndDeviationOne) {
  const SmallRun run;
  Model model = new_model({});
  use_standardization(model, config_with(Standardization::kDataset), run.data, run.train);
  double sum = 0, squares = 0, n = 0;
  for (const int64_t row : run.train) {
    for (const uint8_t pixel : run.data.picture(row)) {
      const double x = pixel * static_cast<double>(model.preprocessing.scale) + model.preprocessing.shift;
      sum += x, squares += x * x, ++n;
    }
  }
  EXPECT_NEAR(sum / n, 0, 1e-6);
  EXPECT_NEAR(squares / n, 1, 1e-6);
  EXPECT_EQ(model.preprocessing.standardize, Standardization::kDataset);
}

TEST(Standardize, OfThePictureLeavesScaleAndShiftOut) {
  const SmallRun run;
  Model model = new_model({});
  use_standardization(model, config_with(Standardization::kPicture), run.data, run.train);
  EXPECT_EQ(model.preprocessing, (Preprocessing{.scale = 1, .shift = 0, .standardize = Standardization::kPicture}));
  Model other = new_model({});
  use_standardization(other, config_with(Standardization::kNone), run.data, run.train);
  EXPECT_EQ(other.preprocessing, Preprocessing());
}

TEST(Standardize, RefusesWhatHasNoDeviation) {
  SmallRun run;
  Model model = new_model({});
  const auto refusal = [&](Standardization standardize) {
    return message_of([&] { use_standardization(model, config_with(standardize), run.data, run.train); });
  };
  std::fill(run.data.pixels.begin(), run.data.pixels.end(), uint8_t{9});
  EXPECT_EQ(refusal(Standardization::kDataset),
            "standardize: expected training pictures of more than one value, found 9 alone");
  EXPECT_EQ(refusal(Standardization::kPicture), "");
  run.train.clear();
  EXPECT_NE(refusal(Standardization::kDataset), "");
  run.data.pixels.clear();
  run.data.values.assign(90 * 36, 0.5f);
  run.train = numbers(0, 70);
  EXPECT_EQ(refusal(Standardization::kDataset), "standardize: expected pictures, found landmarks");
  EXPECT_EQ(refusal(Standardization::kPicture), "standardize: expected pictures, found landmarks");
}

TEST(Standardize, LandmarksAreNotEqualised) {
  SmallRun run;
  run.data.pixels.clear();
  run.data.values.assign(90 * 36, 0.5f);
  Trainer trainer(small_network(), config_with(Standardization::kNone, true));
  EXPECT_EQ(message_of([&] { run.fit(trainer); }), "equalize: expected pictures, found landmarks");
}

// Validation in the run, evaluation afterwards and a predictor answer from the same numbers, crops included.
TEST(Standardize, ARunAndItsModelDoTheSame) {
  const SmallRun run;
  for (const Standardization standardize :
       {Standardization::kNone, Standardization::kDataset, Standardization::kPicture}) {
    for (const bool equalize : {false, true}) {
      for (const bool crop : {false, true}) {
        SCOPED_TRACE(testing::Message() << standardization_name(standardize) << equalize << crop);
        TrainConfig config = config_with(standardize, equalize);
        if (crop) config.augmentation.crop = {4, 4};
        config.early_stopping.restore_best_weights = false;
        Trainer trainer(small_network(), config);
        const History history = run.fit(trainer);
        EXPECT_EQ(trainer.model().preprocessing.equalize, equalize);
        EXPECT_EQ(trainer.model().preprocessing.standardize, standardize);
        const Evaluation evaluation = evaluate(trainer.model(), run.data, run.validation);
        EXPECT_NEAR(evaluation.accuracy, history.epochs.back().val_accuracy, 1e-9);
        const Predictor predictor(trainer.model());
        const Tensor all = predict_rows(trainer.model(), run.data, run.validation, 1);
        for (size_t i = 0; i < run.validation.size(); ++i) {
          const Prediction one = predictor.predict(run.data.picture(run.validation[i]));
          for (size_t k = 0; k < 3; ++k) EXPECT_EQ(one.probabilities[k], all.values()[i * 3 + k]);
        }
      }
    }
  }
}

TEST(Standardize, AModelThatIsTrainedOnKeepsItsPreprocessing) {
  const SmallRun run;
  Trainer first(small_network(), config_with(Standardization::kDataset));
  run.fit(first);
  const Preprocessing made = first.model().preprocessing;
  Trainer again(first.model(), config_with(Standardization::kPicture, true));
  again.fit(run.data, numbers(0, 20), run.validation);
  EXPECT_EQ(again.model().preprocessing, made);
  first.fit(run.data, numbers(0, 20), run.validation);  // a second time: on other pictures
  EXPECT_EQ(first.model().preprocessing, made);
}

TEST(Standardize, AResumedRunHasTheSameBytesAndRefusesAnother) {
  const SmallRun run;
  for (const Standardization standardize : {Standardization::kDataset, Standardization::kPicture}) {
    const ScratchFolder folder;
    TrainConfig config = config_with(standardize, true);
    config.augmentation.horizontal_flip = true;
    config.augmentation.rotation_deg = 10;
    config.out_dir = folder / "whole";
    Trainer whole(small_network(), config);
    run.fit(whole);
    config.out_dir = folder / "stopped";
    int64_t steps = 0;
    Trainer stopped(small_network(), config);
    run.fit(stopped, {.on_step = [&](const StepProgress&) { ++steps; }, .should_stop = [&] { return steps == 13; }});
    config.resume = true;
    TrainConfig other = config;
    other.preprocessing.standardize = Standardization::kNone;
    Trainer refused(small_network(), other);
    EXPECT_NE(message_of([&] { run.fit(refused); }).find("standardize"), std::string::npos);
    set_num_threads(3);
    Trainer resumed(small_network(), config);
    run.fit(resumed);
    set_num_threads(1);
    EXPECT_TRUE(same_weights(whole.model(), resumed.model()));
    EXPECT_EQ(whole.model().preprocessing, resumed.model().preprocessing);
    EXPECT_EQ(content_of(folder / "whole/best.safetensors"), content_of(folder / "stopped/best.safetensors"));
  }
}

}  // namespace
}  // namespace fer
