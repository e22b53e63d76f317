// Odd shapes are as right as even ones: kernels against their references on random shapes.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fer/error.h"
#include "fer/network.h"
#include "tests/kernels/conv/conv_epilogue_cases.h"
#include "tests/kernels/conv/dense_cases.h"
#include "tests/kernels/depthwise/depthwise_cases.h"
#include "tests/kernels/int8/int8_cases.h"
#include "tests/kernels/norm/batch_norm_cases.h"
#include "tests/kernels/norm/joined_norm_cases.h"
#include "tests/kernels/random_cases.h"
#include "tests/kernels/window/pool_cases.h"

namespace fer::testing {
namespace {

// Any picture and batch, two thirds of the cases with kernels and strides that minimal filtering wants.
ConvCase random_conv(Draw& draw) {
  ConvCase c{.n = draw.integer(1, 5),
             .h = draw.integer(1, 20),
             .w = draw.integer(1, 20),
             .ci = draw.integer(1, 70),
             .co = draw.integer(1, 70),
             .padding = draw.one_of(all_paddings())};
  const int64_t form = draw.integer(0, 2);
  if (form == 0) return c;
  if (form == 1) {
    c.kernel = {5, 5};
    return c;
  }
  c.kernel = {draw.integer(1, 7), draw.integer(1, 7)};
  c.strides = {draw.integer(1, 3), draw.integer(1, 3)};
  return c;
}

// Makes one side after another shorter, drawn anew, until the work is little enough for a reference.
template <class Work>
void shorten(ConvCase& c, Draw& draw, int64_t most, const Work& work) {
  while (work(c) > most) {
    int64_t& side = *draw.one_of(std::vector<int64_t*>{&c.n, &c.h, &c.w, &c.ci, &c.co});
    side = draw.integer(1, side);
  }
}

bool fits(const ConvCase& c) {
  const ConvShape s = conv_shape(c);
  return s.oh > 0 && s.ow > 0;
}

// A network refuses more padding than this: windows could have nothing in them.
Padding poolable(const ConvCase& c) {
  return {c.padding.kind, std::min(c.padding.cells, std::min(c.kernel[0], c.kernel[1]) - 1)};
}

// A kernel or pool larger than its padded picture never reaches a kernel.
void expect_refused(const ConvCase& c, LayerKind kind) {
  Network network({c.h, c.w, c.ci});
  network.add(std::move(kind), "too_large");
  try {
    infer(network);
    ADD_FAILURE() << "accepted: " << to_string(conv_shape(c)) << "; " << seed_note();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("too_large"), std::string::npos) << e.what();
  }
}

void check_random_conv(const ConvCase& c, Draw& draw) {
  if (!fits(c)) {
    expect_refused(c, Conv2D{.filters = c.co,
                             .kernel = c.kernel,
                             .strides = c.strides,
                             .padding = c.padding,
                             .dilation = c.dilation,
                             .groups = c.groups});
    return;
  }
  ConvTruth truth(conv_shape(c));
  // Kernels run with scratch for a larger batch, as at the end of an epoch.
  truth.planned_n += draw.one_of(std::vector<int64_t>{0, 1, 7, 60});
  for (const ConvAlgorithm algorithm : all_conv_algorithms()) {
    if (kernels::conv_supports(algorithm, truth.s)) check_conv(truth, algorithm);
    if (::testing::Test::HasFatalFailure()) return;
  }
  check_epilogues(truth, draw);
}

TEST(Random, ConvolutionsAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    // Most cases small enough for the scalar instruction set, which is left out of larger ones.
    const int64_t most = draw.integer(0, 3) == 0 ? 1000000 : kScalarWork / 3;
    shorten(c, draw, most, [](const ConvCase& it) { return conv_shape(it).macs(); });
    check_random_conv(c, draw);
  });
}

// Any dilation, and any number of groups that the channels have.
TEST(Random, DilatedAndGroupedConvolutionsAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    c.dilation = {draw.integer(1, 4), draw.integer(1, 4)};
    const int64_t groups = draw.one_of(std::vector<int64_t>{1, 2, 3, 5, 16});
    shorten(c, draw, kScalarWork / 3, [&](const ConvCase& it) { return conv_shape(it).macs() * groups; });
    c.groups = groups;
    c.ci *= groups;
    c.co *= groups;
    check_random_conv(c, draw);
  });
}

TEST(Random, DepthwiseConvolutionsAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    c.co = 1;
    const int64_t multiplier = draw.one_of(std::vector<int64_t>{1, 1, 1, 2, 5});
    shorten(c, draw, kScalarWork / 3, [&](const ConvCase& it) { return depthwise_shape(it, multiplier).macs(); });
    if (!fits(c)) {
      expect_refused(c, DepthwiseConv2D{.kernel = c.kernel, .strides = c.strides, .padding = c.padding});
      return;
    }
    DepthwiseTruth truth(depthwise_shape(c, multiplier));
    truth.planned_n += draw.one_of(std::vector<int64_t>{0, 1, 7, 60});
    check_depthwise(truth);
    if (!HasFatalFailure()) check_depthwise_epilogue(truth, draw);
  });
}

TEST(Random, ConvolutionsOfBytesAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    shorten(c, draw, kScalarWork, [](const ConvCase& it) { return conv_shape(it).macs(); });
    if (fits(c)) check_int8_conv(Int8Case(conv_shape(c), draw));
  });
}

TEST(Random, DilatedConvolutionsOfBytesAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    c.dilation = {draw.integer(1, 4), draw.integer(1, 4)};
    shorten(c, draw, kScalarWork, [](const ConvCase& it) { return conv_shape(it).macs(); });
    if (fits(c)) check_int8_conv(Int8Case(conv_shape(c), draw));
  });
}

TEST(Random, PoolsAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    c.co = 1;
    c.kernel = {draw.integer(1, 7), draw.integer(1, 7)};
    c.padding = poolable(c);
    shorten(c, draw, 100000, [](const ConvCase& it) { return conv_shape(it).macs(); });
    if (!fits(c)) {
      expect_refused(c, MaxPool2D{.pool = c.kernel, .strides = c.strides, .padding = c.padding});
      expect_refused(c, AveragePool2D{.pool = c.kernel, .strides = c.strides, .padding = c.padding});
      return;
    }
    check_pools(c);
  });
}

TEST(Random, DenseLayersAgree) {
  for_random_cases([](Draw& draw) {
    check_dense({.n = draw.integer(1, 70), .inputs = draw.integer(1, 300), .units = draw.integer(1, 70)});
  });
}

TEST(Random, BatchNormsAgree) {
  for_random_cases([](Draw& draw) {
    const BatchNormCase c{.rows = draw.integer(1, 500), .c = draw.integer(1, 70), .offset = draw.uniform(0, 10)};
    check_batch_norm_statistics(c);
    check_scale_shift(c);
    check_batch_norm_backward(c);
    check_column_sums(c);
  });
}

TEST(Random, BatchNormsWithReluAndPoolAgree) {
  for_random_cases([](Draw& draw) {
    ConvCase c = random_conv(draw);
    // Windows side by side, as a norm takes them in.
    c.kernel = c.strides = {draw.integer(1, 4), draw.integer(1, 4)};
    c.padding = poolable(c);
    shorten(c, draw, 30000, [](const ConvCase& it) { return it.n * it.h * it.w * it.ci; });
    if (!fits(c) || c.n * c.h * c.w < 2) return;
    JoinedCase joined{pool_shape(c), draw.integer(0, 1) == 1, draw.integer(0, 1) == 1};
    check_pool_of_norm(joined);
    check_joined_backward(joined);
    joined.pool.kh = 0;
    check_joined_backward(joined);
  });
}

}  // namespace
}  // namespace fer::testing
