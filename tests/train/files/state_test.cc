#include "train/files/state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fer/error.h"
#include "train/files/logs.h"

namespace fer::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RunState some_state() {
  RunState s;
  s.epoch = 2;
  s.step = 17;
  s.total_steps = 1017;
  s.learning_rate = 1e-3f * 0.9f;
  s.sums = {.images = 1088, .correct = 3, .loss = 1.0 / 3, .train_seconds = 0.1, .seconds = 0.2};
  s.plateau = {.best = 0.1 + 0.2, .wait = 1, .cooldown = 2};
  s.stopping = {.best = -kInfinity, .wait = 3, .best_epoch = 1};
  s.best = {.best = kInfinity, .epoch = -1};
  s.stopped_early = true;
  s.epochs = {{.epoch = 1,
               .loss = 1.0 / 7,
               .accuracy = 0.25,
               .val_loss = 2,
               .val_accuracy = 0.5,
               .learning_rate = 1e-3f,
               .seconds = 1.5,
               .images_per_second = 81.25},
              {.epoch = 2,
               .loss = 5e-324,
               .accuracy = 1,
               .val_loss = kNaN,
               .val_accuracy = kNaN,
               .learning_rate = 0.5,
               .seconds = 3,
               .images_per_second = 100}};
  s.wall_times = {1700000000.125, 1700000001.5};
  s.start_time = 1699999999.0625;
  return s;
}

TEST(RunState, ComesBackFromJsonWithTheSameBits) {
  const RunState s = some_state();
  const std::string text = state_to_json(s).dump();
  const RunState back = state_from_json(nlohmann::json::parse(text));
  EXPECT_EQ(state_to_json(back).dump(), text);
  EXPECT_EQ(back.learning_rate, s.learning_rate);
  EXPECT_EQ(back.sums.loss, s.sums.loss);
  EXPECT_EQ(back.plateau, s.plateau);
  EXPECT_EQ(back.stopping, s.stopping);
  EXPECT_EQ(back.best, s.best);
  EXPECT_EQ(back.epochs[0], s.epochs[0]);
  EXPECT_EQ(back.epochs[1].loss, 5e-324);
  EXPECT_TRUE(std::isnan(back.epochs[1].val_loss));
  EXPECT_EQ(back.wall_times, s.wall_times);
  EXPECT_TRUE(back.stopped_early);
}

TEST(RunState, RefusesJsonWithAFieldMissing) {
  for (const char* field : {"epoch", "sums", "plateau", "epochs", "wall_times"}) {
    nlohmann::json j = state_to_json(some_state());
    j.erase(field);
    EXPECT_THROW(state_from_json(j), nlohmann::json::exception) << field;
  }
}

TEST(RunState, RefusesNumbersThatContradictEachOther) {
  const auto refused = [](auto change) {
    nlohmann::json j = state_to_json(some_state());
    change(j);
    try {
      state_from_json(j);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused([](nlohmann::json& j) { j["epoch"] = 3; }));
  EXPECT_TRUE(refused([](nlohmann::json& j) { j["step"] = -1; }));
  EXPECT_TRUE(refused([](nlohmann::json& j) { j["wall_times"].push_back(1); }));
  EXPECT_TRUE(refused([](nlohmann::json& j) { j["best"]["epoch"] = 2; }));
  EXPECT_FALSE(refused([](nlohmann::json&) {}));
}

TEST(EpochSums, MeansAreOverImages) {
  const EpochSums sums{.images = 8, .correct = 2, .loss = 12, .train_seconds = 4, .seconds = 5};
  EXPECT_EQ(sums.mean_loss(), 1.5);
  EXPECT_EQ(sums.accuracy(), 0.25);
  EXPECT_EQ(sums.images_per_second(), 2);
  EXPECT_EQ(EpochSums{}.mean_loss(), 0);
  EXPECT_EQ(EpochSums{}.images_per_second(), 0);
}

TEST(HistoryCsv, HasALineAnEpochAndEmptyCellsForWhatIsNotThere) {
  RunState s = some_state();
  s.epochs[0].loss = 0.125;
  s.epochs[0].learning_rate = 0.0625;
  s.epochs[1].loss = 0.1;
  EXPECT_EQ(history_csv(s),
            "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second\n"
            "1,0.125,0.25,2,0.5,0.0625,1.5,81.25\n"
            "2,0.1,1,,,0.5,3,100\n");
}

// The payload's strings and floats are looked for as they lie in the file: the format itself is tests/report's.
bool holds_scalar(const std::string& events, const std::string& tag, float value) {
  const std::string bits(reinterpret_cast<const char*>(&value), sizeof value);
  for (size_t at = events.find(tag); at != std::string::npos; at = events.find(tag, at + 1)) {
    if (events.substr(at + tag.size(), 8).find(bits) != std::string::npos) return true;
  }
  return false;
}

TEST(TensorBoard, HasKerasTags) {
  const RunState s = some_state();
  const std::string train = tensorboard_events(s, EventFile::kTrain);
  const std::string validation = tensorboard_events(s, EventFile::kValidation);
  EXPECT_TRUE(holds_scalar(train, "epoch_loss", 1.0f / 7));
  EXPECT_TRUE(holds_scalar(train, "epoch_accuracy", 0.25f));
  EXPECT_TRUE(holds_scalar(train, "epoch_learning_rate", 1e-3f));
  EXPECT_TRUE(holds_scalar(validation, "epoch_loss", 2));
  EXPECT_TRUE(holds_scalar(validation, "epoch_accuracy", 0.5f));
  EXPECT_EQ(validation.find("epoch_learning_rate"), std::string::npos);
}

TEST(TensorBoard, AShorterRunIsTheBeginningOfALongerOne) {
  const RunState whole = some_state();
  RunState first = whole;
  first.epochs.pop_back();
  first.wall_times.pop_back();
  const std::string events = tensorboard_events(whole, EventFile::kTrain);
  EXPECT_TRUE(events.starts_with(tensorboard_events(first, EventFile::kTrain)));
}

}  // namespace
}  // namespace fer::train
