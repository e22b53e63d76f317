#include "fer/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "fer/error.h"

namespace fer {
namespace {

struct Case {
  Tensor probabilities;
  std::vector<uint8_t> labels;
  std::vector<int64_t> rows;
};

// Five pictures, three classes; the third class is never predicted.
Case five_pictures() {
  const std::vector<float> p = {0.5f,   0.25f,  0.25f,   // 0, right
                                0.125f, 0.75f,  0.125f,  // label 0, taken for 1
                                0.25f,  0.5f,   0.25f,   // 1, right
                                0.25f,  0.375f, 0.375f,  // label 2, taken for 1: the first of a tie
                                1.0f,   0.0f,   0.0f};   // label 2, taken for 0, without doubt
  return {Tensor({5, 3}, p), {0, 0, 1, 2, 2}, {10, 11, 12, 13, 14}};
}

TEST(Metrics, CountsAndLossAreThoseWorkedOutByHand) {
  const Case c = five_pictures();
  const Evaluation e = evaluate_probabilities(c.probabilities, c.labels, c.rows, {"a", "b", "c"});
  EXPECT_EQ(e.count, 5);
  EXPECT_DOUBLE_EQ(e.accuracy, 0.4);
  const double smallest = std::numeric_limits<float>::min();
  const double loss = -(std::log(0.5) + std::log(0.125) + std::log(0.5) + std::log(0.375) + std::log(smallest)) / 5;
  EXPECT_NEAR(e.loss, loss, 1e-12);
  EXPECT_EQ(e.confusion, (std::vector<std::vector<int64_t>>{{1, 1, 0}, {0, 1, 0}, {1, 1, 0}}));
}

TEST(Metrics, PrecisionRecallAndF1FollowScikitLearn) {
  const Case c = five_pictures();
  const Evaluation e = evaluate_probabilities(c.probabilities, c.labels, c.rows, {"a", "b", "c"});
  ASSERT_EQ(e.classes.size(), 3u);
  EXPECT_EQ(e.classes[0].name, "a");
  EXPECT_EQ(e.classes[0].support, 2);
  EXPECT_DOUBLE_EQ(e.classes[0].precision, 0.5);
  EXPECT_DOUBLE_EQ(e.classes[0].recall, 0.5);
  EXPECT_DOUBLE_EQ(e.classes[0].f1, 0.5);
  EXPECT_DOUBLE_EQ(e.classes[1].precision, 1.0 / 3);
  EXPECT_DOUBLE_EQ(e.classes[1].recall, 1);
  EXPECT_DOUBLE_EQ(e.classes[1].f1, 0.5);
  // Never predicted: 0, not a division by zero.
  EXPECT_EQ(e.classes[2].precision, 0);
  EXPECT_EQ(e.classes[2].recall, 0);
  EXPECT_EQ(e.classes[2].f1, 0);
  EXPECT_DOUBLE_EQ(e.macro_f1, 1.0 / 3);
}

TEST(Metrics, WorstMistakesComeMostConfidentFirst) {
  const Case c = five_pictures();
  const Evaluation e = evaluate_probabilities(c.probabilities, c.labels, c.rows, {});
  ASSERT_EQ(e.worst.size(), 3u);
  EXPECT_EQ(e.worst[0].row, 14);
  EXPECT_EQ(e.worst[0].label, 2);
  EXPECT_EQ(e.worst[0].predicted, 0);
  EXPECT_EQ(e.worst[0].probability, 1);
  EXPECT_EQ(e.worst[1].row, 11);
  EXPECT_EQ(e.worst[2].row, 13);
  EXPECT_EQ(e.classes[2].name, "2");
}

TEST(Metrics, KeepsTwentyFourMistakesAtMost) {
  constexpr int64_t kPictures = 40;
  Tensor p({kPictures, 2});
  for (int64_t i = 0; i < kPictures; ++i) {
    p.data()[2 * i] = 0.5f + static_cast<float>(i) / 128;
    p.data()[2 * i + 1] = 1 - p.data()[2 * i];
  }
  std::vector<int64_t> rows(kPictures);
  std::iota(rows.begin(), rows.end(), 0);
  const Evaluation e = evaluate_probabilities(p, std::vector<uint8_t>(kPictures, 1), rows, {});
  ASSERT_EQ(e.worst.size(), 24u);
  EXPECT_EQ(e.worst.front().row, 39);
  EXPECT_EQ(e.worst.back().row, 16);
}

TEST(Metrics, OfNothingAreZero) {
  const Evaluation e = evaluate_probabilities(Tensor({0, 2}), {}, {}, {"a", "b"});
  EXPECT_EQ(e.count, 0);
  EXPECT_EQ(e.loss, 0);
  EXPECT_EQ(e.accuracy, 0);
  EXPECT_EQ(e.classes[1].recall, 0);
}

TEST(Metrics, RefusesSizesThatDoNotFit) {
  const Case c = five_pictures();
  EXPECT_THROW(evaluate_probabilities(c.probabilities, {c.labels.data(), 4}, c.rows, {}), Error);
  EXPECT_THROW(evaluate_probabilities(c.probabilities, c.labels, {c.rows.data(), 4}, {}), Error);
  EXPECT_THROW(evaluate_probabilities(c.probabilities, c.labels, c.rows, {"a", "b"}), Error);
  EXPECT_THROW(evaluate_probabilities(Tensor(Shape{15}), c.labels, c.rows, {}), Error);
  EXPECT_THROW(evaluate_probabilities(c.probabilities, std::vector<uint8_t>{0, 0, 1, 2, 3}, c.rows, {}), Error);
}

}  // namespace
}  // namespace fer
