// The scan against a slow one that sums pixels, on every instruction set and for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fer/threads.h"
#include "kernels/simd/target.h"
#include "tests/cascade/random_cascade.h"
#include "tests/cascade/slow_sums.h"
#include "tests/support/message.h"

namespace fer {
namespace {

using cascade::Grey;

// Area times standard deviation of a window without its outermost pixels.
double slow_deviation(const Cascade& c, const Grey& g, int left, int top) {
  const double n = (c.width - 2) * (c.height - 2);
  double sum = 0, squares = 0;
  for (int y = top + 1; y < top + c.height - 1; ++y) {
    for (int x = left + 1; x < left + c.width - 1; ++x) {
      sum += g.row(y)[x];
      squares += g.row(y)[x] * g.row(y)[x];
    }
  }
  return std::sqrt(n * squares - sum * sum);
}

double slow_leaf(const Cascade& c, const HaarTree& tree, const Grey& g, int left, int top, double deviation) {
  int at = 0;
  do {
    const HaarNode& node = tree.nodes[static_cast<size_t>(at)];
    const HaarFeature& feature = c.features[static_cast<size_t>(node.feature)];
    double value = 0;
    for (const HaarRectangle& r : feature.rectangles) {
      value += static_cast<double>(r.weight) * slow_sum(g, left, top, r, feature.tilted);
    }
    value /= deviation > 0 ? deviation : 1;
    at = value < static_cast<double>(node.threshold) ? node.left : node.right;
  } while (at > 0);
  return static_cast<double>(tree.leaves[static_cast<size_t>(-at)]);
}

// A window's answer: 1 passes, 0 fails the first stage, -1 fails later or has too little contrast.
int slow_answer(const Cascade& c, const Grey& g, int left, int top) {
  const double deviation = slow_deviation(c, g, left, top);
  if (deviation > 0 && deviation / ((c.width - 2) * (c.height - 2)) <= 10) return -1;
  for (size_t s = 0; s < c.stages.size(); ++s) {
    double total = 0;
    for (const HaarTree& tree : c.stages[s].trees) total += slow_leaf(c, tree, g, left, top, deviation);
    if (total < static_cast<double>(c.stages[s].threshold) - 1e-5) return s == 0 ? 0 : -1;
  }
  return 1;
}

// All windows of the first size that pass.
std::vector<CascadeHit> slow_scan(const Cascade& c, const Grey& g) {
  std::vector<CascadeHit> hits;
  for (int y = 0; y + c.height <= g.height; y += 2) {
    for (int x = 0; x + c.width <= g.width; x += 2) {
      const int answer = slow_answer(c, g, x, y);
      if (answer == 1) hits.push_back({{x, y, c.width, c.height}, 1});
      if (answer == 0) x += 2;
    }
  }
  return hits;
}

ScanOptions first_size(const Cascade& c) { return {.min_neighbours = 0, .max_width = c.width, .max_height = c.height}; }

TEST(CascadeScanner, FindsWhatASlowScanFinds) {
  for (const int nodes : {1, 2, 9}) {
    for (const bool tilted : {false, true}) {
      size_t found = 0, refused = 0;
      const Cascade cascade = random_cascade(12, 11, 3, nodes, tilted, static_cast<uint32_t>(nodes));
      for (const int64_t width : {12, 13, 46}) {
        const Image picture = random_picture(20, width, 9);
        const std::vector<CascadeHit> expected = slow_scan(cascade, cascade::grey_of(picture));
        found += expected.size();
        refused += static_cast<size_t>((width - 10) / 2 * 5) - expected.size();
        const CascadeScanner scanner(cascade);
        for (const std::string& target : kernels::available_targets()) {
          kernels::set_target(target);
          EXPECT_EQ(scanner.scan(picture, first_size(cascade)), expected) << target << " " << nodes << " " << width;
        }
        kernels::set_target(kernels::available_targets()[0]);
      }
      EXPECT_GT(found, 5u);
      EXPECT_GT(refused, 5u);
    }
  }
}

TEST(CascadeScanner, FindsTheSameWithAnyNumberOfThreads) {
  const CascadeScanner scanner(random_cascade(12, 11, 4, 1, true, 4));
  const Image picture = random_picture(150, 190, 2);
  const std::vector<CascadeHit> expected = scanner.scan(picture, {.min_neighbours = 1});
  EXPECT_GT(expected.size(), 3u);
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    EXPECT_EQ(scanner.scan(picture, {.min_neighbours = 1}), expected);
  }
  set_num_threads(0);
}

TEST(CascadeScanner, KeepsToTheSizesAskedFor) {
  const CascadeScanner scanner(random_cascade(12, 12, 2, 1, false, 4));
  const ScanOptions options{.min_neighbours = 0, .min_width = 20, .min_height = 20, .max_width = 50, .max_height = 50};
  const std::vector<CascadeHit> hits = scanner.scan(random_picture(150, 190, 2), options);
  ASSERT_FALSE(hits.empty());
  for (const CascadeHit& hit : hits) {
    EXPECT_GE(hit.box.width, 20);
    EXPECT_LE(hit.box.width, 50);
    EXPECT_GE(hit.box.left, 0);
    EXPECT_LE(hit.box.left + hit.box.width, 190);
    EXPECT_LE(hit.box.top + hit.box.height, 150);
  }
}

TEST(CascadeScanner, FindsNothingWhereThePictureIsSmallerThanTheWindow) {
  const CascadeScanner scanner(random_cascade(12, 12, 2, 1, false, 4));
  EXPECT_TRUE(scanner.scan(random_picture(11, 40, 1), {.min_neighbours = 0}).empty());
  EXPECT_TRUE(scanner.scan(random_picture(40, 11, 1), {.min_neighbours = 0}).empty());
}

TEST(CascadeScanner, RefusesOptionsOutOfTheirRange) {
  const CascadeScanner scanner(random_cascade(12, 12, 2, 1, false, 4));
  const Image picture = random_picture(20, 20, 1);
  const auto refusal = [&](const ScanOptions& options) { return message_of([&] { scanner.scan(picture, options); }); };
  expect_contains(refusal({.scale_factor = 1}), "expected a scale factor from 1.001 to 1000, found 1");
  expect_contains(refusal({.scale_factor = std::nan("")}), "found nan");
  expect_contains(refusal({.min_neighbours = -1}), "expected 0 or more neighbours");
  expect_contains(refusal({.min_width = -1}), "found -1");
  EXPECT_THROW(CascadeScanner{Cascade()}, Error);
}

}  // namespace
}  // namespace fer
