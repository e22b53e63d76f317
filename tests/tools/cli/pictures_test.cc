#include "tools/cli/pictures.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/error.h"

namespace fer::cli {
namespace {

Dataset pictures_of(const std::vector<Usage>& usage) {
  Dataset data;
  data.height = data.width = 2;
  data.usage = usage;
  data.labels.assign(usage.size(), 0);
  data.class_names = {"happy"};
  for (size_t i = 0; i < 4 * usage.size(); ++i) data.pixels.push_back(static_cast<uint8_t>(i));
  return data;
}

TEST(RowsOfSplit, WithoutANameTakesTheMostHeldOutPartThereIs) {
  const auto rows = [](const std::vector<Usage>& usage) { return rows_of_split(pictures_of(usage), "", "a.csv"); };
  EXPECT_EQ(rows({Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest}).name, "PrivateTest");
  EXPECT_EQ(rows({Usage::kTraining, Usage::kPublicTest}).rows, (std::vector<int64_t>{1}));
  EXPECT_EQ(rows({Usage::kTraining, Usage::kTraining}).name, kAllRows);
}

TEST(RowsOfSplit, APartThatIsNotThereIsAnError) {
  EXPECT_THROW(rows_of_split(pictures_of({Usage::kTraining}), "PublicTest", "a.csv"), Error);
  try {
    rows_of_split(pictures_of({Usage::kNone}), "PublicTest", "a.csv");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "a.csv: no row with Usage PublicTest (the file has no Usage column; --split all takes every row)");
  }
}

TEST(AllRows, LeaveOutWhatHasNoLabel) {
  Dataset data = pictures_of({Usage::kTraining, Usage::kTraining, Usage::kTraining});
  data.labels[1] = kNoLabel;
  EXPECT_EQ(all_rows(data), (std::vector<int64_t>{0, 2}));
}

TEST(RowImage, IsThePictureOrTheLandmarksAsDots) {
  const Image image = row_image(pictures_of({Usage::kTraining, Usage::kTraining}), 1);
  EXPECT_EQ(image.pixels, (std::vector<uint8_t>{4, 5, 6, 7}));
  Dataset points;
  points.height = 68;
  points.width = 2;
  points.values.assign(68 * 2, 0.0f);
  const Image dots = row_image(points, 0);
  EXPECT_EQ(std::count(dots.pixels.begin(), dots.pixels.end(), 0), 4);  // all points in the middle
}

}  // namespace
}  // namespace fer::cli
