#include "tools/eval/guessing.h"

#include <gtest/gtest.h>

#include <vector>

namespace fer::cli {
namespace {

// Of a model that names class predicted[i] for label labels[i].
Evaluation evaluation_of(const std::vector<uint8_t>& labels, const std::vector<int>& predicted, int64_t classes) {
  Tensor p({static_cast<int64_t>(labels.size()), classes});
  std::vector<int64_t> rows(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) p.values()[i * static_cast<size_t>(classes) + predicted[i]] = 1;
  return evaluate_probabilities(p, labels, rows, {"a", "b", "c", "d"});
}

TEST(GuessingHint, IsForAccuracyAsOfChance) {
  std::vector<uint8_t> labels;
  std::vector<int> right, chance, always, half;
  for (int i = 0; i < 200; ++i) {
    labels.push_back(static_cast<uint8_t>(i % 10 < 7 ? 0 : 1 + i % 3));
    right.push_back(labels.back());
    chance.push_back(i / 3 % 4);
    always.push_back(0);
    half.push_back(i % 2 == 0 ? labels.back() : 3);
  }
  EXPECT_EQ(guessing_hint(evaluation_of(labels, right, 4)), "");
  EXPECT_EQ(guessing_hint(evaluation_of(labels, half, 4)), "");
  EXPECT_NE(guessing_hint(evaluation_of(labels, chance, 4)).find("guessing among 4 classes"), std::string::npos);
  EXPECT_NE(guessing_hint(evaluation_of(labels, always, 4)).find("(the largest, a, has 70.0 %)"), std::string::npos);
  labels.resize(10), chance.resize(10);
  EXPECT_EQ(guessing_hint(evaluation_of(labels, chance, 4)), "") << "too few to say";
  const std::vector<uint8_t> one(50, 0);
  EXPECT_EQ(guessing_hint(evaluation_of(one, std::vector<int>(50, 0), 4)), "") << "all are right";
}

}  // namespace
}  // namespace fer::cli
