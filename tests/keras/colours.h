// What a model makes of pictures of one colour.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "fer/trainer.h"

namespace fer {

// The logarithms of the probabilities, each less the first.
inline std::vector<float> of_colour(const Model& model, const std::vector<uint8_t>& colour) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < 16; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  Dataset data;
  data.height = data.width = 4;
  data.channels = 3;
  data.pixels = pixels;
  data.usage = {Usage::kNone};
  // (Softmax keeps differences of logarithms.)
  const Tensor p = predict_rows(model, data, std::vector<int64_t>{0});
  std::vector<float> differences;
  for (int c = 1; c < 3; ++c) differences.push_back(std::log(p.values()[c] / p.values()[0]));
  return differences;
}

inline void expect_close(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << i;
}

}  // namespace fer
