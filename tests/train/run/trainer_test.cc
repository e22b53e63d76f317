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

}  // namespace
}  // namespace fer
