#include "train/config/recipe_options.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer::train {
namespace {

using nlohmann::json;

TrainConfig plain_of(const json& block, std::set<std::string>* given = nullptr) {
  TrainConfig config;
  JsonFields fields(block, "net.json: training");
  const std::set<std::string> paths = read_plain_options(fields, config, all_fields());
  if (given != nullptr) *given = paths;
  fields.refuse_unknown();
  return config;
}

TEST(ReadPlainOptions, TakesThemUnderTheirNames) {
  std::set<std::string> given;
  const TrainConfig config = plain_of(
      {{"batch_size", "32 pictures"}, {"iterations", 10.0}, {"weight_average", 0.5}, {"seed", 7}, {"epochs", nullptr}},
      &given);
  EXPECT_EQ(config.batch_size, 32);
  EXPECT_EQ(config.max_steps, 10);
  EXPECT_EQ(config.weight_average, 0.5);
  EXPECT_EQ(config.seed, 7u);
  EXPECT_EQ(given, (std::set<std::string>{"batch_size", "max_steps", "weight_average", "seed"}));
}

TEST(ReadPlainOptions, RefusesCountsByTheListsRange) {
  const auto refusal = [](const json& block) { return message_of([&] { plain_of(block); }); };
  EXPECT_EQ(refusal({{"batch_size", 0}}),
            "net.json: training: batch_size: expected a whole number from 1 to 1048576, found 0");
  EXPECT_EQ(refusal({{"batch_size", "many"}}),
            "net.json: training: batch_size: expected a whole number from 1 to 1048576, found \"many\"");
  EXPECT_EQ(refusal({{"iterations", 1.5}}),
            "net.json: training: iterations: expected a whole number from 0 to 2147483647, found 1.5");
  EXPECT_NE(refusal({{"out_dir", "x"}}), "") << "the folder is not the file's to name";
  EXPECT_NE(refusal({{"max_steps", 3}}), "") << "in a training block they are iterations";
}

TEST(ReadGroups, ReadsObjectsMemberByMember) {
  const json block = {{"schedule", {{"name", "step"}, {"every_epochs", 3}}},
                      {"clipping", {{"value", 2}}},
                      {"augmentation", {{"zoom", 0.5}, {"stage", 2}, {"fill", "wrap"}, {"shear_deg", nullptr}}}};
  TrainConfig config;
  std::set<std::string> groups;
  std::optional<int64_t> stage;
  JsonFields fields(block, "training");
  read_groups(fields, config, all_fields(), groups, stage);
  fields.refuse_unknown();
  EXPECT_EQ(std::get<StepSchedule>(config.schedule).every_epochs, 3);
  EXPECT_EQ(config.clipping.value, 2);
  EXPECT_EQ(config.augmentation.zoom, 0.5);
  EXPECT_EQ(config.augmentation.fill, Fill::kWrap);
  EXPECT_EQ(stage, 2);
}

TEST(ReadOptimizer, DecayIsTensorFlow1sRho) {
  TrainConfig config;
  read_optimizer({{"name", "rmsprop"}, {"decay", 0.8}}, "optimizer", config, all_fields());
  EXPECT_EQ(std::get<RmsPropTf1>(config.optimizer).rho, 0.8f);
  read_optimizer({{"name", "rmsprop"}, {"rho", 0.7}}, "optimizer", config, all_fields());
  EXPECT_EQ(std::get<RmsProp>(config.optimizer).rho, 0.7f);
  EXPECT_NE(message_of([&] {
              read_optimizer({{"name", "sgd"}, {"decay", 1}}, "optimizer", config, all_fields());
            }),
            "");
  EXPECT_EQ(message_of([&] {
              read_optimizer({{"rho", 1}}, "optimizer", config, all_fields());
            }),
            "optimizer: name: expected this field, found none");
}

}  // namespace
}  // namespace fer::train
