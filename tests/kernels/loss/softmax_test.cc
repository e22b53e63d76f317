#include "kernels/loss/softmax.h"

#include <gtest/gtest.h>

#include "kernels/reference/loss.h"
#include "tests/kernels/on_targets.h"

namespace fer::testing {
namespace {

namespace reference = kernels::reference;

void check_loss(int64_t classes, const std::vector<float>& logits, const std::vector<float>& targets,
                const std::vector<float>& weight, double scale) {
  const auto truth =
      reference::softmax_cross_entropy(classes, as_doubles(logits), as_doubles(targets), as_doubles(weight), scale);
  std::vector<float> dlogits = unwritten(static_cast<int64_t>(logits.size()));
  const auto loss =
      kernels::softmax_cross_entropy(classes, logits, targets, weight, static_cast<float>(scale), dlogits);
  EXPECT_NEAR(loss.loss_sum, truth.sum, 1e-11 * (1 + std::fabs(truth.sum))) << seed_note();
  EXPECT_EQ(loss.correct, truth.correct) << seed_note();
  expect_rounded(dlogits, truth.dlogits, 4, 1e-6, "dlogits");
  const auto alone = kernels::softmax_cross_entropy(classes, logits, targets, weight, 1, {});
  EXPECT_EQ(alone.loss_sum, loss.loss_sum) << "without a gradient";
}

TEST(CrossEntropy, AgreesForOneHotTargets) {
  for (const int64_t classes : {2, 3, 7, 17}) {
    Draw draw(900);
    const std::vector<float> logits = draw.values(11 * classes, -5, 5);
    std::vector<float> targets(logits.size());
    for (int64_t row = 0; row < 11; ++row) targets[static_cast<size_t>(row * classes + row * 5 % classes)] = 1;
    check_loss(classes, logits, targets, {}, 1.0 / 16);
  }
}

TEST(CrossEntropy, AgreesForSoftTargetsAndWeights) {
  for (const int64_t classes : {2, 7}) {
    Draw draw(901);
    const std::vector<float> logits = draw.values(9 * classes, -5, 5), targets = draw.values(9 * classes, 0, 1),
                             weight = draw.values(9, 0, 3);
    check_loss(classes, logits, targets, weight, 0.25);
  }
}

TEST(CrossEntropy, OfEqualLogitsIsTheLogarithmOfTheirNumber) {
  const std::vector<float> logits(7, 2.5f), targets = {0, 0, 1, 0, 0, 0, 0};
  const auto loss = kernels::softmax_cross_entropy(7, logits, targets, {}, 1, {});
  EXPECT_NEAR(loss.loss_sum, std::log(7.0), 1e-12);
  EXPECT_EQ(loss.correct, 0) << "the first of equal logits is the guess";
}

TEST(CrossEntropy, StaysFiniteForLargeLogits) {
  const std::vector<float> logits = {1e4f, -1e4f, 0}, targets = {0, 1, 0};
  std::vector<float> dlogits = unwritten(3);
  const auto loss = kernels::softmax_cross_entropy(3, logits, targets, {}, 1, dlogits);
  EXPECT_NEAR(loss.loss_sum, 2e4, 1e-6);
  EXPECT_EQ(dlogits, (std::vector<float>{1, -1, 0}));
}

TEST(CrossEntropy, ShowsANanLogit) {
  const std::vector<float> logits = {0, kNan}, targets = {1, 0};
  EXPECT_TRUE(std::isnan(kernels::softmax_cross_entropy(2, logits, targets, {}, 1, {}).loss_sum));
}

TEST(SquaredHinge, Agrees) {
  for (const int64_t classes : {2, 3, 7, 17}) {
    for (const bool softmax : {false, true}) {
      for (const bool weighted : {false, true}) {
        Draw draw(902);
        const std::vector<float> logits = draw.values(9 * classes, -3, 3), targets = draw.values(9 * classes, 0, 1),
                                 weight = weighted ? draw.values(9, 0, 3) : std::vector<float>();
        const auto truth = reference::squared_hinge(classes, softmax, as_doubles(logits), as_doubles(targets),
                                                    as_doubles(weight), 0.25);
        std::vector<float> dlogits = unwritten(9 * classes);
        const auto loss = kernels::squared_hinge(classes, softmax, logits, targets, weight, 0.25f, dlogits);
        EXPECT_NEAR(loss.loss_sum, truth.sum, 1e-11 * (1 + truth.sum)) << seed_note();
        EXPECT_EQ(loss.correct, truth.correct) << seed_note();
        expect_rounded(dlogits, truth.dlogits, 4, 1e-6, "dlogits");
        EXPECT_EQ(kernels::squared_hinge(classes, softmax, logits, targets, weight, 1, {}).loss_sum, loss.loss_sum);
      }
    }
  }
}

TEST(SquaredHinge, ByHand) {
  // Signs -1, 1, -1: distances 1 + 0.5, 1 - 2 (none), 1 - 3 (none); the mean over three classes.
  const std::vector<float> y = {0.5f, 2, -3}, targets = {0, 1, 0};
  std::vector<float> dy = unwritten(3);
  EXPECT_NEAR(kernels::squared_hinge(3, false, y, targets, {}, 1, dy).loss_sum, 0.75, 1e-12);
  EXPECT_EQ(dy, (std::vector<float>{1, 0, 0}));
}

TEST(SquaredHinge, OfEqualProbabilitiesIsWhatKerasStartsAt) {
  // 7 classes: (6 * (1 + 1/7)^2 + (1 - 1/7)^2) / 7.
  const std::vector<float> logits(7), targets = {0, 0, 1, 0, 0, 0, 0};
  EXPECT_NEAR(kernels::squared_hinge(7, true, logits, targets, {}, 1, {}).loss_sum, 60.0 / 49, 1e-12);
}

TEST(SquaredHinge, ShowsANanLogit) {
  const std::vector<float> logits = {0, kNan}, targets = {1, 0};
  for (const bool softmax : {false, true}) {
    EXPECT_TRUE(std::isnan(kernels::squared_hinge(2, softmax, logits, targets, {}, 1, {}).loss_sum));
  }
}

TEST(SymmetricCrossEntropy, Agrees) {
  for (const int64_t classes : {2, 3, 7, 17}) {
    for (const bool soft : {false, true}) {
      for (const bool weighted : {false, true}) {
        Draw draw(903);
        const std::vector<float> logits = draw.values(9 * classes, -5, 5),
                                 weight = weighted ? draw.values(9, 0, 3) : std::vector<float>();
        std::vector<float> targets = soft ? draw.values(9 * classes, 0, 1) : std::vector<float>(9 * classes);
        for (int64_t row = 0; row < 9 && !soft; ++row) targets[static_cast<size_t>(row * classes + row % classes)] = 1;
        if (soft) targets[1] = 0.001f;  // below e^-4
        const auto truth = reference::symmetric_cross_entropy(classes, 0.1, 1.5, -4, as_doubles(logits),
                                                              as_doubles(targets), as_doubles(weight), 0.25);
        std::vector<float> dlogits = unwritten(9 * classes);
        const kernels::SymmetricFactors factors{.alpha = 0.1, .beta = 1.5, .log_zero = -4};
        const auto loss = kernels::symmetric_cross_entropy(classes, factors, logits, targets, weight, 0.25f, dlogits);
        EXPECT_NEAR(loss.loss_sum, truth.sum, 1e-11 * (1 + std::fabs(truth.sum))) << seed_note();
        EXPECT_EQ(loss.correct, truth.correct) << seed_note();
        expect_rounded(dlogits, truth.dlogits, 4, 1e-6, "dlogits");
        EXPECT_EQ(kernels::symmetric_cross_entropy(classes, factors, logits, targets, weight, 1, {}).loss_sum,
                  loss.loss_sum);
      }
    }
  }
}

// Of a label, the reverse part is -A * (1 - p of the label): Wang et al. 2019, section 3.3.
TEST(SymmetricCrossEntropy, ByHand) {
  const std::vector<float> logits(4), targets = {0, 1, 0, 0};
  std::vector<float> dlogits = unwritten(4);
  EXPECT_NEAR(
      kernels::symmetric_cross_entropy(4, {.alpha = 0, .beta = 1, .log_zero = -4}, logits, targets, {}, 1, dlogits)
          .loss_sum,
      4 * 0.75, 1e-12);
  EXPECT_EQ(dlogits, (std::vector<float>{0.25f, -0.75f, 0.25f, 0.25f}));
  EXPECT_NEAR(kernels::symmetric_cross_entropy(4, {.alpha = 0.5, .beta = 2, .log_zero = -6}, logits, targets, {}, 1, {})
                  .loss_sum,
              0.5 * std::log(4.0) + 2 * 6 * 0.75, 1e-12);
  const std::vector<float> p = {0.5f, 0.25f, 0.25f}, q = {0.5f, 0.5f, 0};
  EXPECT_NEAR(kernels::reverse_cross_entropy(p, q, -4), 0.75 * std::log(2.0) + 0.25 * 4, 1e-7);
}

TEST(SymmetricCrossEntropy, WithoutBetaIsTheCrossEntropy) {
  Draw draw(904);
  const std::vector<float> logits = draw.values(63, -5, 5), targets = draw.values(63, 0, 1);
  std::vector<float> one = unwritten(63), other = unwritten(63);
  const auto plain = kernels::softmax_cross_entropy(7, logits, targets, {}, 1, one);
  const auto found =
      kernels::symmetric_cross_entropy(7, {.alpha = 1, .beta = 0, .log_zero = -4}, logits, targets, {}, 1, other);
  EXPECT_NEAR(found.loss_sum, plain.loss_sum, 1e-12 * plain.loss_sum);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_FLOAT_EQ(other[i], one[i]);
}

TEST(SymmetricCrossEntropy, StaysFiniteForLargeLogitsAndShowsANan) {
  const kernels::SymmetricFactors factors{.alpha = 1, .beta = 1, .log_zero = -4};
  const std::vector<float> logits = {1e4f, -1e4f, 0}, targets = {0, 1, 0};
  std::vector<float> dlogits = unwritten(3);
  EXPECT_NEAR(kernels::symmetric_cross_entropy(3, factors, logits, targets, {}, 1, dlogits).loss_sum, 2e4 + 4, 1e-6);
  EXPECT_EQ(dlogits, (std::vector<float>{1, -1, 0}));
  const std::vector<float> bad = {0, kNan};
  EXPECT_TRUE(
      std::isnan(kernels::symmetric_cross_entropy(2, factors, bad, std::vector<float>{1, 0}, {}, 1, {}).loss_sum));
}

}  // namespace
}  // namespace fer::testing
