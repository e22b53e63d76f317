#include "train/step/row_table.h"

#include <gtest/gtest.h>

namespace fer::train {
namespace {

TEST(RowTable, FindsARowOfTheDataInTheOrderOfItsOwnRows) {
  const std::vector<int64_t> rows = {4, 1, 7};
  RowTable table(rows, 9, 2);
  EXPECT_EQ(table.tensor().shape(), Shape({3, 2}));
  for (const float v : table.tensor().values()) EXPECT_EQ(v, 0);
  for (const int64_t row : rows) table[row][1] = static_cast<float>(row);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(table.tensor().values()[2 * i + 1], static_cast<float>(rows[i]));
  EXPECT_EQ(std::as_const(table)[7][1], 7);
}

TEST(RowTable, ARowThatIsThereTwiceHasOneDistribution) {
  RowTable table(std::vector<int64_t>{3, 5, 3}, 6, 1);
  table[3][0] = 0.5f;
  table[5][0] = 0.25f;
  EXPECT_EQ(table.tensor().values()[0], 0.5f);
  EXPECT_EQ(table.tensor().values()[1], 0.25f);
}

}  // namespace
}  // namespace fer::train
