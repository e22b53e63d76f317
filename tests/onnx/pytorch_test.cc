// Files that PyTorch wrote (tests/make_onnx_fixtures.py) give what PyTorch computes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fer/onnx.h"
#include "tests/onnx/models.h"
#include "tests/support/paths.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

constexpr float kTolerance = 1e-5f;

class FromPyTorch : public testing::TestWithParam<std::string> {};

TEST_P(FromPyTorch, GivesTheSameProbabilities) {
  const std::string path = fer::source_dir() + "/tests/fixtures/onnx/" + GetParam();
  Model model = read_onnx(path + ".onnx", {.preprocessing = Preprocessing{1, 0}});
  const auto fixture = nlohmann::json::parse(content_of(path + ".json"));
  const auto expected = fixture["outputs"].get<std::vector<float>>();
  EXPECT_LE(largest_difference(outputs(model, fixture["pictures"].get<std::vector<float>>()), expected), kTolerance);
  const auto [least, most] = std::minmax_element(expected.begin(), expected.end());
  EXPECT_GT(*most - *least, 0.05f) << "the test would see nothing";
}

INSTANTIATE_TEST_SUITE_P(Onnx, FromPyTorch,
                         testing::Values("plain_9", "plain_16", "residual_11", "residual_13", "means_11", "means_15",
                                         "idioms_11", "idioms_17"),
                         [](const auto& info) { return info.param; });

TEST(FromPyTorch, ScaledInputsBecomePreprocessing) {
  const Model model = read_onnx(fer::source_dir() + "/tests/fixtures/onnx/plain_9.onnx");
  EXPECT_EQ(model.preprocessing, (Preprocessing{1 / 128.0f, -127.5f / 128}));
  EXPECT_EQ(model.network.input, (Shape{12, 8, 2}));
}

TEST(FromPyTorch, PixelsLessAMeanOfEachChannelAreNotDividedBy255) {
  const Model model = read_onnx(fer::source_dir() + "/tests/fixtures/onnx/idioms_17.onnx");
  EXPECT_EQ(model.preprocessing, (Preprocessing{1, 0}));
}

TEST(FromPyTorch, WithoutScalingPixelsAreDividedBy255) {
  const Model model = read_onnx(fer::source_dir() + "/tests/fixtures/onnx/residual_11.onnx");
  EXPECT_EQ(model.preprocessing, Preprocessing{});
}

}  // namespace
}  // namespace fer
