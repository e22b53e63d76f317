// Layers in 8-bit integers in model files.
#include "io/int8_tensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/io/model_parts.h"

namespace fer {
namespace {

TEST(Int8Tensors, BytesComeBackToTheBit) {
  const Model model = int8_model();
  ASSERT_EQ(model.weights.layout.parameters[4].name, "fc/kernel");
  const std::string content = saved(model);
  EXPECT_EQ(Parts(content).header["fc/kernel"]["dtype"], "I8");
  const Model again = io::parse_model(content, "m");
  EXPECT_EQ(again.int8, model.int8);
  EXPECT_TRUE(same_bits(again.weights, model.weights));
  for (size_t size = 0; size < content.size(); ++size) EXPECT_FALSE(refusal(content.substr(0, size)).empty()) << size;
}

TEST(Int8Tensors, WrongBytesAreRefused) {
  const std::string content = saved(int8_model());
  for (const float scale : {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::nanf("")}) {
    Parts parts(content);
    parts.set_float("fc/kernel_scale", scale);
    expect_contains(refusal(parts.content()), "m: tensor 'fc/kernel_scale': expected finite numbers above 0");
  }
  for (const float low : {3.0f, -std::numeric_limits<float>::infinity(), std::nanf("")}) {
    Parts parts(content);
    parts.set_float("fc/input_range", low);
    expect_contains(refusal(parts.content()), "m: tensor 'fc/input_range': expected two finite numbers");
  }
  Parts least(content);
  least.data[least.header["fc/kernel"]["data_offsets"][0].get<size_t>() + 3] = static_cast<char>(-128);
  expect_contains(refusal(least.content()), "m: tensor 'fc/kernel': expected bytes from -127 to 127, found -128");
  for (const char* name : {"fc/kernel_scale", "fc/input_range"}) {
    Parts parts(content);
    parts.header["other"] = parts.header[name];
    parts.header.erase(name);
    EXPECT_FALSE(refusal(parts.content()).empty()) << name;
    Parts typed(content);
    typed.header[name]["shape"] = {typed.header[name]["shape"][0].get<int>() * 4};
    typed.header[name]["dtype"] = "I8";
    expect_contains(refusal(typed.content()), name);
  }
}

TEST(Int8Tensors, ScalesBesideFloatsAndBytesElsewhereAreRefused) {
  Parts scales(saved(int8_model()));
  scales.header["fc/kernel"]["dtype"] = "U8";
  EXPECT_FALSE(refusal(scales.content()).empty());
  Parts bias(saved(int8_model()));
  bias.header["fc/bias"]["dtype"] = "I8";
  EXPECT_FALSE(refusal(bias.content()).empty());
}

TEST(Int8Tensors, ModelsWhoseBytesDoNotFitAreNotWritten) {
  const TemporaryFolder folder;
  Model between = int8_model();
  between.weights.of(between.weights.layout.parameters[4])[3] += 0.001f;
  Model unknown = int8_model();
  unknown.int8[0].layer = "bn";
  Model few = int8_model();
  few.int8[0].kernel_scale.pop_back();
  for (const Model* model : {&between, &unknown, &few})
    EXPECT_FALSE(message_of([&] { save_model(*model, folder / "m"); }).empty());
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace fer
