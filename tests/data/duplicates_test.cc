#include "fer/duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fer/threads.h"
#include "tools/synth/synthetic_faces.h"

namespace fer {
namespace {

using Group = std::vector<int64_t>;

// Twenty drawn faces; then number 3 again, 3 brighter, 5 with noise, 7 with one pixel changed, and a blank one twice.
Dataset faces() {
  Dataset data;
  const auto add = [&](auto change, int64_t from) {
    const synthetic::Pixels pixels = synthetic::draw_sample(1, static_cast<uint32_t>(from)).pixels;
    for (size_t p = 0; p < pixels.size(); ++p) data.pixels.push_back(static_cast<uint8_t>(change(pixels[p], p)));
    data.usage.push_back(Usage::kNone);
  };
  const auto same = [](int v, size_t) { return v; };
  for (int64_t i = 0; i < 20; ++i) add(same, i);
  add(same, 3);
  add([](int v, size_t) { return 20 + v * 3 / 4; }, 3);
  add([](int v, size_t p) { return std::clamp(v + static_cast<int>(p * 7919 % 13) - 6, 0, 255); }, 5);
  add([](int v, size_t p) { return p == 100 ? 255 - v : v; }, 7);
  add([](int, size_t) { return 128; }, 0);
  add([](int, size_t) { return 128; }, 0);
  return data;
}

TEST(Duplicates, AreThoseWithTheSamePixels) {
  const Duplicates found = find_duplicates(faces());
  EXPECT_EQ(found.exact, (RowGroups{{3, 20}, {24, 25}}));
  EXPECT_EQ(found.blank, (Group{24, 25}));
}

TEST(Duplicates, NearOnesDifferInLightNoiseOrAPixel) {
  // (Drawn faces are much alike: a stricter rule than photographs need.)
  EXPECT_EQ(find_duplicates(faces(), {.hash_bits = 12, .correlation = 0.995}).near,
            (RowGroups{{3, 20, 21}, {5, 22}, {7, 23}}));
  EXPECT_EQ(find_duplicates(faces(), {.hash_bits = 0, .correlation = 1}).near.at(0), (Group{3, 20}));
}

TEST(Duplicates, DoNotDependOnThreads) {
  const Dataset data = faces();
  set_num_threads(1);
  const RowGroups one = find_duplicates(data, {.hash_bits = 20, .correlation = 0.9}).near;
  set_num_threads(4);
  EXPECT_EQ(find_duplicates(data, {.hash_bits = 20, .correlation = 0.9}).near, one);
  set_num_threads(0);
}

TEST(Duplicates, OfNothingAreNone) {
  const Duplicates found = find_duplicates(Dataset{});
  EXPECT_TRUE(found.exact.empty() && found.near.empty() && found.blank.empty());
}

}  // namespace
}  // namespace fer
