// Joined boxes, against what OpenCV 4.6's groupRectangles gave.
#include <gtest/gtest.h>

#include "fer/cascade.h"

namespace fer {
namespace {

const std::vector<Box> kBoxes = {{10, 10, 20, 20}, {11, 10, 20, 21}, {10, 12, 22, 20}, {9, 9, 21, 20}, {12, 12, 14, 14},
                                 {13, 12, 14, 14}, {60, 60, 40, 40}, {61, 60, 40, 41}, {0, 0, 5, 5}};

TEST(GroupBoxes, JoinsAsOpenCvDoes) {
  const std::vector<CascadeHit> both = {{{10, 10, 21, 20}, 4}, {{60, 60, 40, 40}, 2}};
  EXPECT_EQ(group_boxes(kBoxes, 1), both);
  EXPECT_EQ(group_boxes(kBoxes, 2), std::vector<CascadeHit>(both.begin(), both.begin() + 1));
  EXPECT_EQ(group_boxes(kBoxes, 3), std::vector<CascadeHit>(both.begin(), both.begin() + 1));
  EXPECT_TRUE(group_boxes(kBoxes, 4).empty());
}

TEST(GroupBoxes, LeavesBoxesAloneWhereNoNeighboursAreAskedFor) {
  EXPECT_EQ(group_boxes(kBoxes, 0).size(), kBoxes.size());
  EXPECT_TRUE(group_boxes({}, 3).empty());
}

TEST(GroupBoxes, JoinsAChainOfSimilarOnes) {
  std::vector<Box> chain;
  for (int64_t i = 0; i < 10; ++i) chain.push_back({i * 3, 0, 20, 20});
  const std::vector<CascadeHit> hits = group_boxes(chain, 3);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].neighbours, 10);
}

}  // namespace
}  // namespace fer
