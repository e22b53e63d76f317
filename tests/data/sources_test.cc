// Several data sets as one.
#include "fer/sources.h"

#include <gtest/gtest.h>

#include "data/checksum.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// n pictures of height x height, all of the value `first`, `first` + 1, ..., with labels in turn.
Dataset squares(int64_t height, int n, uint8_t first, const std::vector<std::string>& names) {
  Dataset data;
  data.height = data.width = height;
  data.class_names = names;
  for (int i = 0; i < n; ++i) {
    data.pixels.insert(data.pixels.end(), static_cast<size_t>(height * height), static_cast<uint8_t>(first + i));
    data.labels.push_back(static_cast<uint8_t>(i % static_cast<int>(names.size())));
    data.usage.push_back(Usage::kNone);
  }
  return data;
}

std::vector<Dataset> two(Dataset a, Dataset b) {
  std::vector<Dataset> parts;
  parts.push_back(std::move(a));
  parts.push_back(std::move(b));
  return parts;
}

using Names = std::vector<std::string>;

TEST(Sources, AreOneAfterTheOtherWithClassesByName) {
  Dataset b = squares(8, 3, 100, {"Happiness", "contempt"});
  b.labels[2] = kNoLabel;
  const Dataset all = join_sources(two(squares(4, 4, 10, {"sad", "happy"}), b), {"a.csv", "b"}, {6, 6, 3});
  EXPECT_EQ(all.class_names, (Names{"happy", "sad", "contempt"})) << "in fer2013's order";
  EXPECT_EQ(all.labels, (std::vector<uint8_t>{1, 0, 1, 0, 0, 2, kNoLabel}));
  ASSERT_EQ(all.size(), 7);
  std::vector<uint8_t> picture(6 * 6 * 3);
  copy_picture(all, 1, picture);
  EXPECT_EQ(picture, std::vector<uint8_t>(108, 11));
  copy_picture(all, 5, picture);
  EXPECT_EQ(picture, std::vector<uint8_t>(108, 101));
  // A picture's checksum is that of its bytes as its own source has them: the same alone and among others.
  EXPECT_EQ(all.source->checksum(4), data::checksum_of(b.picture(0)));
  const auto sources = sources_of(all);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[1].name, "b");
  EXPECT_EQ(sources[1].rows, 3);
  EXPECT_EQ(sources_of_rows(all, std::vector<int64_t>{0, 3, 4, 6}), (std::vector<size_t>{0, 0, 1, 1}));
  EXPECT_TRUE(sources_of(b).empty());
  EXPECT_EQ(sources_of_rows(b, std::vector<int64_t>{0, 2}), (std::vector<size_t>{0, 0}));
}

TEST(Sources, WithOtherClassesHaveThemAsTheyComeUp) {
  const Dataset all = join_sources(two(squares(4, 2, 1, {"zebra", "sad"}), squares(4, 2, 1, {"ape", "sadness"})),
                                   {"a", "b"}, {4, 4, 1});
  EXPECT_EQ(all.class_names, (Names{"zebra", "sad", "ape"}));
  EXPECT_EQ(all.labels, (std::vector<uint8_t>{0, 1, 2, 1}));
  EXPECT_TRUE(all.files.empty());
  Dataset folder = squares(4, 1, 1, {"sad"});
  folder.files = {"f/sad/1.png"};
  const Dataset mixed = join_sources(two(squares(4, 1, 1, {"sad"}), folder), {"a.csv", "f"}, {4, 4, 1});
  EXPECT_EQ(mixed.files, (Names{"a.csv row 0", "f/sad/1.png"}));
}

TEST(Sources, ThatDoNotGoTogetherAreRefused) {
  Dataset points = squares(4, 1, 1, {"sad"});
  points.values = {1};
  EXPECT_EQ(message_of([&] {
              join_sources(two(squares(4, 1, 1, {"sad"}), points), {"a", "b"}, {4, 4, 1});
            }),
            "b: expected pictures, as several sources are, found landmarks");
  Dataset bare = squares(4, 1, 1, {"sad"});
  bare.labels.clear();
  EXPECT_EQ(message_of([&] {
              join_sources(two(squares(4, 1, 1, {"sad"}), bare), {"a", "b"}, {4, 4, 1});
            }),
            "b: expected labels as in the other sources, found none");
}

}  // namespace
}  // namespace fer
