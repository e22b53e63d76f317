#include "tools/eval/twins.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"

namespace fer::cli {
namespace {

using Rows = std::vector<int64_t>;

// Row 2 shows what row 0 shows; row 1, of a dropped class, what row 4 shows.
Dataset five_rows() {
  Dataset data;
  data.height = data.width = 1;
  data.pixels = {7, 8, 7, 9, 8};
  data.labels = {0, kNoLabel, 1, 0, 1};
  data.usage = {Usage::kTraining, Usage::kTraining, Usage::kPublicTest, Usage::kPublicTest, Usage::kPublicTest};
  return data;
}

TEST(FindTwins, LeavesOutWhatIsInTheOtherPart) {
  const Twins twins = find_twins("Training", five_rows(), {2, 3, 4}, "d.csv");
  EXPECT_TRUE(twins.asked_for());
  EXPECT_EQ(twins.count, 2);
  EXPECT_EQ(rows_left(twins, {2, 3, 4}), (Rows{3}));
  const Tensor left = probabilities_left(twins, Tensor({3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(left.shape(), Shape({1, 2}));
  EXPECT_EQ(left.values()[0], 3);
  EXPECT_EQ(left.values()[1], 4);
}

TEST(FindTwins, NothingIsLookedForUnlessItIsAskedFor) {
  EXPECT_FALSE(find_twins("", five_rows(), {2, 3, 4}, "d.csv").asked_for());
}

TEST(FindTwins, ThePartMustExistAndSomethingMustBeLeft) {
  EXPECT_EQ(message_of([] { find_twins("PrivateTest", five_rows(), {2}, "d.csv"); }),
            "d.csv: --without-twins-of: no row with Usage PrivateTest");
  EXPECT_EQ(message_of([] {
              find_twins("Training", five_rows(), {2, 4}, "d.csv");
            }),
            "d.csv: --without-twins-of Training: all 2 pictures that are evaluated are in that part");
}

}  // namespace
}  // namespace fer::cli
