#include "image/pixels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "fer/threads.h"

namespace fer::image {
namespace {

TEST(Pixels, BecomeFloats) {
  std::vector<uint8_t> pixels(256);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i);
  std::vector<float> out(256, NAN);
  pixels_to_floats(pixels, 1.0f / 255, -0.5f, out);
  // Three roundings: of the scale, the product and the sum, none above 1.
  for (size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(out[i], static_cast<double>(i) / 255 - 0.5, 3 * 6e-8) << i;
}

TEST(Pixels, DoNotDependOnThreads) {
  std::vector<uint8_t> pixels(100'001);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 31);
  std::vector<float> one(pixels.size(), NAN), two(pixels.size(), NAN);
  const int before = num_threads();
  set_num_threads(1);
  pixels_to_floats(pixels, 1.0f / 127.5f, -1, one);
  set_num_threads(2);
  pixels_to_floats(pixels, 1.0f / 127.5f, -1, two);
  set_num_threads(before);
  EXPECT_EQ(one, two);
  for (size_t i = 0; i < one.size(); i += 997) {
    const float expected = static_cast<float>(pixels[i]) * (1.0f / 127.5f) + -1.0f;
    EXPECT_EQ(one[i], expected);
  }
}

// tf.image.per_image_standardization of 1, 2, 3, 6, and of a picture whose deviation is below 1 / sqrt(n).
TEST(Pixels, AreStandardisedAsTensorFlowDoesIt) {
  std::vector<float> values = {1, 2, 3, 6};
  standardize(values);
  const double deviation = std::sqrt(3.5);
  const double expected[] = {-2 / deviation, -1 / deviation, 0, 3 / deviation};
  for (size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(values[i], static_cast<float>(expected[i]));
  std::vector<float> flat(16, 100);
  standardize(flat);
  EXPECT_EQ(flat, std::vector<float>(16, 0));
  std::vector<float> nearly(10000, 100);  // deviation 0.009999, least 0.01
  nearly[0] = 101;
  standardize(nearly);
  EXPECT_FLOAT_EQ(nearly[0], 0.9999f / 0.01f);
}

}  // namespace
}  // namespace fer::image
