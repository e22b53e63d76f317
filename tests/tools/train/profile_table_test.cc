#include "tools/train/profile_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fer::cli {
namespace {

TrainingProfile some_profile() {
  TrainingProfile profile;
  profile.batch_size = 25;
  profile.pictures_per_step = 50;
  profile.steps = 3;
  profile.step_seconds = 0.1;
  profile.rows = {
      {.layer = "conv",
       .type = "conv2d",
       .pass = "forward",
       .algorithm = "direct",
       .seconds = 0.04,
       .gflop = 2,
       .megabytes = 3.25},
      {.layer = "", .type = "", .pass = "loss", .algorithm = "", .seconds = 0.01, .gflop = 0, .megabytes = 0}};
  return profile;
}

TEST(ProfileTable, HasTimeShareAndRateOfEveryRow) {
  const std::string table = profile_table(some_profile());
  EXPECT_NE(table.find("conv   forward              40.000    40.0        50      3.2  direct\n"), std::string::npos)
      << table;
  EXPECT_NE(table.find("       loss                 10.000    10.0\n"), std::string::npos) << table;
  EXPECT_NE(table.find("one step of 50 pictures: 100.0 ms, 500 images/s (medians of 3 steps); accounted for: 50.0 %"),
            std::string::npos)
      << table;
}

TEST(ProfileJson, HasTheSameFigures) {
  const nlohmann::json json = nlohmann::json::parse(profile_json(some_profile()));
  EXPECT_EQ(json["batch_size"], 25);
  EXPECT_EQ(json["pictures_per_step"], 50);
  EXPECT_DOUBLE_EQ(json["accounted_seconds"], 0.05);
  ASSERT_EQ(json["rows"].size(), 2u);
  EXPECT_EQ(json["rows"][0]["algorithm"], "direct");
  EXPECT_EQ(json["rows"][1]["pass"], "loss");
}

}  // namespace
}  // namespace fer::cli
