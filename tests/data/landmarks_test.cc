#include "fer/landmarks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "fer/error.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// A header and rows of 68 points on a slope, moved by `shift`, in columns of the names given.
std::string landmark_text(const std::string& x, const std::string& y, int first, float shift, int rows = 1) {
  std::string text = "emotion";
  for (int i = 0; i < 68; ++i) text += "," + x + std::to_string(first + i) + "," + y + std::to_string(first + i);
  text += "\n";
  for (int row = 0; row < rows; ++row) {
    text += std::to_string(row % 7);
    for (int i = 0; i < 68; ++i) {
      text += "," + std::to_string(static_cast<float>(i) + shift) + "," + std::to_string(static_cast<float>(2 * i));
    }
    text += "\n";
  }
  return text;
}

TEST(Landmarks, AreMovedToTheirMeanAndScaled) {
  std::vector<float> points = {1, 1, 3, 1};
  EXPECT_TRUE(normalize_landmarks(points));
  EXPECT_EQ(points, (std::vector<float>{-1, 0, 1, 0}));
  std::vector<float> same = {5, 7, 5, 7};
  EXPECT_FALSE(normalize_landmarks(same));
  EXPECT_EQ(same, (std::vector<float>{5, 7, 5, 7}));
}

TEST(Landmarks, NeitherPlaceNorNamesOfColumnsMatter) {
  const Dataset here = parse_landmarks(landmark_text("x", "y", 0, 0, 2), "a.csv");
  EXPECT_EQ(here.size(), 2);
  EXPECT_EQ(here.labels, (std::vector<uint8_t>{0, 1}));
  for (const Dataset& other : {parse_landmarks(landmark_text("x", "y", 1, 0, 2), "b.csv"),
                               parse_landmarks(landmark_text("x_", "y_", 0, 50, 2), "c.csv")}) {
    ASSERT_EQ(other.values.size(), here.values.size());
    for (size_t i = 0; i < here.values.size(); ++i) EXPECT_NEAR(other.values[i], here.values[i], 1e-4f);
  }
}

TEST(Landmarks, MistakesAreNamedWithLineAndColumn) {
  std::string text = landmark_text("x", "y", 0, 0);
  text.replace(text.rfind(',') + 1, 1, "q");
  EXPECT_NE(message_of([&] { parse_landmarks(text, "faces.csv"); }).find("faces.csv:2:"), std::string::npos)
      << message_of([&] { parse_landmarks(text, "faces.csv"); });
  const std::string missing = message_of([&] { parse_landmarks("emotion,x0,y0\n1,2,3\n", "faces.csv"); });
  EXPECT_NE(missing.find("faces.csv"), std::string::npos) << missing;
}

}  // namespace
}  // namespace fer
