// All features of a window.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "cascade/model/check.h"
#include "fer/cascade_trainer.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(HaarFeatures, AreAsManyAsOpenCvSays) {
  // opencv_traincascade prints these as "Number of unique features given windowSize".
  EXPECT_EQ(haar_features(20, 20, HaarMode::kBasic).size(), 78460u);
  EXPECT_EQ(haar_features(24, 24, HaarMode::kBasic).size(), 162336u);
}

TEST(HaarFeatures, AreWithinTheWindowAndZeroOverAnEvenOne) {
  size_t before = 0;
  for (const HaarMode mode : {HaarMode::kBasic, HaarMode::kCore, HaarMode::kAll}) {
    const std::vector<HaarFeature> features = haar_features(9, 8, mode);
    std::set<std::vector<std::tuple<int, int, int, int, float, bool>>> different;
    for (const HaarFeature& f : features) {
      EXPECT_EQ(cascade::feature_fault(f, 9, 8), "");
      float sum = 0;
      std::vector<std::tuple<int, int, int, int, float, bool>> all;
      for (const HaarRectangle& r : f.rectangles) {
        sum += r.weight * static_cast<float>(r.width * r.height);
        all.emplace_back(r.x, r.y, r.width, r.height, r.weight, f.tilted);
      }
      EXPECT_EQ(sum, 0);
      different.insert(all);
    }
    EXPECT_EQ(different.size(), features.size());
    EXPECT_GT(features.size(), before);
    before = features.size();
  }
}

TEST(HaarFeatures, AreNumberedAsInOpenCvsFiles) {
  const std::vector<HaarFeature> f = haar_features(20, 20, HaarMode::kBasic);
  EXPECT_EQ(f[0], (HaarFeature{{{0, 0, 2, 1, -1}, {1, 0, 1, 1, 2}}, false}));
  EXPECT_EQ(f[1], (HaarFeature{{{0, 0, 1, 2, -1}, {0, 1, 1, 1, 2}}, false}));
  EXPECT_EQ(f[4], (HaarFeature{{{0, 0, 2, 2, -1}, {0, 0, 1, 1, 2}, {1, 1, 1, 1, 2}}, false}));
  EXPECT_EQ(f[5], (HaarFeature{{{0, 0, 2, 2, -1}, {1, 0, 1, 2, 2}}, false}));
}

TEST(HaarFeatures, RefuseWindowsThatAreTooLarge) {
  expect_contains(message_of([] { haar_features(101, 20, HaarMode::kBasic); }), "3 to 100 pixels a side");
}

}  // namespace
}  // namespace fer
