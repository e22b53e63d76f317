// What the cost model holds for fastest.
#include <gtest/gtest.h>

#include "tests/kernels/conv/conv_cases.h"

namespace fer::testing {
namespace {

const std::vector<int64_t> kChannels = {1, 2, 3, 5, 7, 13, 16, 17, 33, 64, 70, 130};

TEST(ConvChoice, ChoosesOnlyAmongWhatItSupports) {
  Draw draw(101);
  for (int i = 0; i < 200; ++i) {
    ConvCase c{.n = draw.integer(1, 64),
               .h = draw.integer(7, 60),
               .w = draw.integer(7, 60),
               .ci = draw.one_of(kChannels),
               .co = draw.one_of(kChannels),
               .kernel = {draw.integer(1, 7), draw.integer(1, 7)},
               .strides = {draw.integer(1, 2), draw.integer(1, 2)}};
    if (i % 4 == 1) c.dilation = {draw.integer(1, 3), 2};
    if (i % 4 == 2) c.groups = draw.integer(2, 3);
    c.ci *= c.groups;
    c.co *= c.groups;
    const ConvShape s = conv_shape(c);
    for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights})
      for (const Precision precision : {Precision::kFp32, Precision::kBf16})
        EXPECT_TRUE(kernels::conv_supports(kernels::conv_choose(s, pass, precision), s)) << to_string(s);
    EXPECT_TRUE(kernels::conv_supports(kernels::conv_choose_prepared(s), s)) << to_string(s);
  }
}

// The layers of seed002_vgg8 as docs/performance.md has them: tiles of 6 on 46 and 23 cells, of 5 on 5.
TEST(ConvChoice, TakesLargeTilesWhereTheyFit) {
  const auto forward = [](int64_t side, int64_t ci, int64_t co) {
    const ConvShape s = conv_shape({.n = 64, .h = side, .w = side, .ci = ci, .co = co, .padding = Padding::same()});
    return kernels::conv_choose(s, ConvPass::kForward);
  };
  EXPECT_EQ(forward(46, 64, 64), ConvAlgorithm::kWinograd6);
  EXPECT_EQ(forward(5, 256, 256), ConvAlgorithm::kWinograd5);
  // One input channel: transforming costs more than it spares.
  EXPECT_EQ(forward(48, 1, 64), ConvAlgorithm::kDirect);
}

TEST(ConvChoice, RoundsToBf16OnlyWhereItMay) {
  const ConvShape s = conv_shape({.n = 64, .h = 23, .w = 23, .ci = 128, .co = 128, .padding = Padding::same()});
  for (const ConvPass pass : {ConvPass::kForward, ConvPass::kBackwardData, ConvPass::kBackwardWeights}) {
    EXPECT_FALSE(is_bf16(kernels::conv_choose(s, pass)));
    EXPECT_TRUE(is_bf16(kernels::conv_choose(s, pass, Precision::kBf16)));
  }
  EXPECT_FALSE(is_bf16(kernels::conv_choose_prepared(s)));
}

}  // namespace
}  // namespace fer::testing
