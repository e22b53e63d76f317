#include "train/files/state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fer/error.h"
#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "tests/train/some_state.h"

namespace fer::train {
namespace {

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

TEST(RunState, OfTheFirstVersionHasNoTemperatures) {
  nlohmann::json j = json_of(state_to_json(some_state()));
  j["epochs"][0].erase(9);
  j["epochs"][0].erase(8);
  const EpochResult epoch = state_from_json(j).epochs[0];
  EXPECT_EQ(epoch.images_per_second, 81.25);
  EXPECT_TRUE(std::isnan(epoch.val_calibrated_loss) && std::isnan(epoch.val_temperature));
}

// Issue 12: 2^62 steps were taken, and their product with the batches of a step overflowed.
TEST(RunState, RefusesMoreStepsThanAnyRunTakes) {
  nlohmann::json j = json_of(state_to_json(some_state()));
  j["total_steps"] = int64_t{1} << 62;
  EXPECT_THROW(state_from_json(j), Error);
}

// A word of another kind was minus infinity, and 1e300 epochs whatever the processor makes of that.
TEST(RunState, RefusesWhatIsNoNumberAndSaysWhatItFound) {
  const auto expect_refusal = [](auto change, const std::string& part) {
    nlohmann::json j = json_of(state_to_json(some_state()));
    change(j);
    const std::string message = message_of([&] { state_from_json(j); });
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  expect_refusal([](nlohmann::json& j) { j["plateau"]["best"] = "many"; },
                 R"(expected a number, "nan", "inf" or "-inf", found "many")");
  expect_refusal([](nlohmann::json& j) { j["epochs"][0][0] = 1e300; },
                 "epochs: expected a whole number from 1 to 9007199254740992, found 1e+300");
  expect_refusal([](nlohmann::json& j) { j["epoch"] = 3; }, "expected the 2 finished epochs that it lists, found 3");
  expect_refusal([](nlohmann::json& j) { j["step"] = 1018; },
                 "expected a step of at most total_steps, 1017, found 1018");
}

TEST(RunState, RefusesJsonWithAFieldMissing) {
  for (const char* field : {"epoch", "sums", "plateau", "epochs", "wall_times"}) {
    nlohmann::json j = json_of(state_to_json(some_state()));
    j.erase(field);
    EXPECT_THROW(state_from_json(j), nlohmann::json::exception) << field;
  }
}

TEST(RunState, RefusesNumbersThatContradictEachOther) {
  const auto refused = [](auto change) {
    nlohmann::json j = json_of(state_to_json(some_state()));
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

// What is not a count, or larger than any run's: adding to it would overflow.
TEST(RunState, RefusesCountsOutOfAllRange) {
  for (const auto& [field, value] :
       std::vector<std::pair<const char*, nlohmann::json>>{{"/total_steps", int64_t{1} << 62},
                                                           {"/total_steps", ~uint64_t{0}},
                                                           {"/step", 1e300},
                                                           {"/step", 1.5},
                                                           {"/step", "17"},
                                                           {"/plateau/wait", std::numeric_limits<int64_t>::max()},
                                                           {"/plateau/cooldown", -1},
                                                           {"/stopping/wait", -1},
                                                           {"/stopping/best_epoch", -2},
                                                           {"/best/epoch", -2},
                                                           {"/sums/images", int64_t{1} << 60},
                                                           {"/sums/correct", 1089}}) {
    nlohmann::json j = json_of(state_to_json(some_state()));
    j[nlohmann::json::json_pointer(field)] = value;
    EXPECT_THROW(state_from_json(j), Error) << field << " " << value;
  }
}

TEST(RunState, HasTheStepsOfItsEpochs) {
  RunState s = some_state();  // two epochs and 17 steps, 1017 in all
  EXPECT_NO_THROW(expect_steps(s, 500, 0));
  EXPECT_THROW(expect_steps(s, 499, 0), Error);
  s.step = 501;
  s.total_steps = 1501;
  EXPECT_THROW(expect_steps(s, 500, 0), Error);
  s.step = 500;
  s.total_steps = 1500;
  EXPECT_NO_THROW(expect_steps(s, 500, 0));
  // max_steps ends the last epoch early.
  s.step = 0;
  s.total_steps = 700;
  EXPECT_THROW(expect_steps(s, 500, 0), Error);
  EXPECT_THROW(expect_steps(s, 500, 800), Error);
  EXPECT_NO_THROW(expect_steps(s, 500, 700));
}

}  // namespace
}  // namespace fer::train
