#include "fer/ferplus.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>

#include "fer/error.h"

namespace fer {
namespace {

TEST(FerPlus, MajorityIsMoreThanHalfOfTheVotesThatAreNoSlips) {
  EXPECT_EQ(majority_label({10, 0, 0, 0, 0, 0, 0, 0, 0, 0}), 0);
  EXPECT_EQ(majority_label({4, 0, 0, 1, 3, 2, 0, 0, 0, 0}), kNoLabel);  // 4 of 9
  EXPECT_EQ(majority_label({5, 0, 0, 1, 2, 2, 0, 0, 0, 0}), 0);         // 5 of 9
  EXPECT_EQ(majority_label({6, 0, 1, 1, 0, 0, 0, 0, 2, 0}), 0);         // 6 of 8
  EXPECT_EQ(majority_label({5, 5, 0, 0, 0, 0, 0, 0, 0, 0}), kNoLabel);
  EXPECT_EQ(majority_label({1, 1, 1, 1, 1, 1, 1, 3, 0, 0}), 7);  // 3 of 3
  EXPECT_EQ(majority_label({2, 0, 0, 0, 0, 0, 0, 0, 8, 0}), kNoLabel);
  EXPECT_EQ(majority_label({0, 0, 0, 0, 0, 0, 0, 0, 0, 10}), kNoLabel);
  EXPECT_EQ(majority_label({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), kNoLabel);
  EXPECT_EQ(majority_label({}), kNoLabel);
}

TEST(FerPlus, DistributionIsOfTheEmotionsAlone) {
  std::array<float, 8> p;
  ASSERT_TRUE(vote_distribution({4, 0, 0, 1, 3, 1, 0, 0, 2, 0}, p));
  EXPECT_EQ(p, (std::array<float, 8>{4.f / 7, 0, 0, 0, 3.f / 7, 0, 0, 0}));
  EXPECT_FALSE(vote_distribution({3, 0, 0, 0, 2, 0, 0, 0, 3, 2}, p));  // half and half
  EXPECT_FALSE(vote_distribution({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, p));
  EXPECT_EQ(p, (std::array<float, 8>{}));
}

TEST(FerPlus, ReadsColumnsInAnyOrderAndAnyLineEnd) {
  const FerPlus f = parse_ferplus(
      "\xef\xbb\xbfNF,\"Usage\",anger, neutral ,happiness,surprise,sadness,disgust,fear,contempt,unknown,Image name\r\n"
      "1,PublicTest, 2 ,3,4,5,6,7,8,9,10,\"a,b\"\r\n0,Training,0,0,0,0,0,0,0,0,0,\n\n\n",
      "f");
  ASSERT_EQ(f.votes.size(), 2u);
  EXPECT_EQ(f.votes[0], (Votes{3, 4, 5, 6, 2, 7, 8, 9, 10, 1}));
  EXPECT_EQ(f.usage, (std::vector<Usage>{Usage::kPublicTest, Usage::kTraining}));
}

std::string rows_named(const std::vector<int>& numbers) {
  std::string text = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
  for (const int number : numbers) {
    text += fmt::format("Training,{},9,0,0,0,0,0,0,0,0,1\n",
                        number < 0 ? std::string() : fmt::format("fer{:07}.png", number));
  }
  return text;
}

TEST(FerPlus, RowsInAnotherOrderAreRefused) {
  std::vector<int> numbers;
  for (int i = 0; i < 300; ++i) numbers.push_back(i % 9 == 5 ? -1 : 3 * i);
  EXPECT_EQ(parse_ferplus(rows_named(numbers), "f").votes.size(), 300u);
  std::swap(numbers[100], numbers[200]);  // as the published file has in four places
  EXPECT_EQ(parse_ferplus(rows_named(numbers), "f").votes.size(), 300u);
  for (size_t i = 3; i < 300; i += 20) std::swap(numbers[i], numbers[i - 2]);
  try {
    parse_ferplus(rows_named(numbers), "f");
    ADD_FAILURE() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with("f: Image name, expected numbers that rise")) << error.what();
    EXPECT_NE(std::string(error.what()).find("the first in line 4"), std::string::npos) << error.what();
  }
}

TEST(FerPlus, AnotherKindOfFileIsCalledByItsName) {
  try {
    parse_ferplus("<!DOCTYPE html>\n<html>\n", "f");
    ADD_FAILURE() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "f: expected a CSV file, found a web page: download the file itself, not the page that shows it");
  }
}

}  // namespace
}  // namespace fer
