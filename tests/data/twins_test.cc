#include <gtest/gtest.h>

#include "fer/duplicates.h"
#include "tests/support/message.h"

namespace fer {
namespace {

using Rows = std::vector<int64_t>;

Dataset pairs_of_pixels(std::vector<uint8_t> pixels) {
  Dataset data;
  data.height = 1;
  data.width = 2;
  data.pixels = std::move(pixels);
  return data;
}

TEST(Twins, AreRowsWithTheSamePixels) {
  const Dataset data = pairs_of_pixels({1, 2, 3, 4, 1, 2, 5, 6, 2, 1, 3, 4});
  EXPECT_EQ(rows_with_twins(data, Rows{2, 3, 4, 5}, Rows{0, 1}), (Rows{2, 5}));
  EXPECT_EQ(rows_with_twins(data, Rows{5, 3, 2}, Rows{0, 1}), (Rows{5, 2})) << "in the order of the rows";
  EXPECT_EQ(rows_with_twins(data, Rows{0, 3}, Rows{0}), (Rows{0})) << "a row has its own pixels";
  EXPECT_TRUE(rows_with_twins(data, Rows{3, 4}, Rows{0, 1}).empty());
  EXPECT_TRUE(rows_with_twins(data, Rows{0}, Rows{}).empty());
  EXPECT_TRUE(rows_with_twins(data, Rows{}, Rows{0}).empty());
}

TEST(Twins, LandmarksHaveNone) {
  Dataset data = pairs_of_pixels({});
  data.values = {1, 2};
  EXPECT_EQ(message_of([&] { rows_with_twins(data, Rows{0}, Rows{0}); }), "twins: expected pictures, found landmarks");
}

}  // namespace
}  // namespace fer
