#include "evaluate/views.h"

#include <gtest/gtest.h>

#include <vector>

namespace fer::evaluation {
namespace {

TEST(Views, FlipAddsTheMirrorImage) {
  EXPECT_EQ(views_of(false).size(), 1u);
  ASSERT_EQ(views_of(true).size(), 2u);
  EXPECT_EQ(views_of(true)[0], View::kWhole);
  EXPECT_EQ(views_of(true)[1], View::kMirrored);
}

TEST(Views, OfSeveralPicturesEachIsMirrored) {
  const std::vector<uint8_t> pictures = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // two of [1, 3, 2]
  std::vector<uint8_t> shown = pictures;
  show(View::kWhole, Shape({1, 3, 2}), shown);
  EXPECT_EQ(shown, pictures);
  show(View::kMirrored, Shape({1, 3, 2}), shown);
  EXPECT_EQ(shown, (std::vector<uint8_t>{5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8}));
}

TEST(Views, AnAnswerIsTheMean) {
  std::vector<float> sum = {0.25f, 0.75f};
  take_mean(1, sum);
  EXPECT_EQ(sum, (std::vector<float>{0.25f, 0.75f}));
  add_answers(std::vector<float>{0.5f, 0.5f}, sum);
  take_mean(2, sum);
  EXPECT_EQ(sum, (std::vector<float>{0.375f, 0.625f}));
}

}  // namespace
}  // namespace fer::evaluation
