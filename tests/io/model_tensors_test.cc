// Models whose files hold kernels in fewer bits.
#include "io/model_tensors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "io/storage.h"
#include "tests/io/model_parts.h"

namespace fer {
namespace {

std::string saved_as(const Model& model, Storage storage) {
  const TemporaryFolder folder;
  save_model(model, folder / "m", storage);
  EXPECT_EQ(model_storage(folder / "m"), storage);
  return content_of(folder / "m");
}

// One layer of each kind that has kernels.
Model mixed_model() {
  Model model;
  model.network = Network({8, 8, 2}, {"a", "b"});
  model.network.add(Conv2D{.filters = 6}, "conv").add(BatchNorm{}, "bn").add(DepthwiseConv2D{}, "deep");
  model.network.add(SeparableConv2D{.filters = 3}, "separable").add(Flatten{}, "flat").add(Dense{.units = 2}, "fc");
  model.weights = initialize(model.network, 5);
  return model;
}

TEST(ModelTensors, Bf16IsHalfTheSizeAndKernelsAreRounded) {
  const Model model = mixed_model();
  const Model again = io::parse_model(saved_as(model, Storage::kBf16), "m");
  for (const Parameter& parameter : model.weights.layout.parameters) {
    SCOPED_TRACE(parameter.name);
    const auto before = model.weights.of(parameter), after = again.weights.of(parameter);
    for (size_t i = 0; i < before.size(); ++i) {
      if (io::is_kernel(parameter)) {
        EXPECT_LE(std::abs(before[i] - after[i]), std::abs(before[i]) / 256);
      } else {
        EXPECT_EQ(before[i], after[i]);
      }
    }
  }
  EXPECT_EQ(again.network, model.network);
  EXPECT_TRUE(again.int8.empty());
}

TEST(ModelTensors, Int8IsWithinHalfAStepAndComputesInFloats) {
  const Model model = mixed_model();
  const Model again = io::parse_model(saved_as(model, Storage::kInt8), "m");
  EXPECT_TRUE(again.int8.empty());
  const Parameter& kernel = model.weights.layout.parameters[0];
  const auto before = model.weights.of(kernel), after = again.weights.of(kernel);
  std::vector<float> largest(6);
  for (size_t i = 0; i < before.size(); ++i) largest[i % 6] = std::max(largest[i % 6], std::abs(before[i]));
  for (size_t i = 0; i < before.size(); ++i) EXPECT_LE(std::abs(before[i] - after[i]), largest[i % 6] / 253);
  EXPECT_FALSE(same_bits(model.weights, again.weights));
}

TEST(ModelTensors, WhatWasRoundedOnceStaysAndHasTheSameBytes) {
  for (const Storage storage : {Storage::kBf16, Storage::kInt8}) {
    const std::string content = saved_as(mixed_model(), storage);
    const Model once = io::parse_model(content, "m");
    EXPECT_EQ(saved_as(once, storage), content);
    EXPECT_TRUE(same_bits(io::parse_model(saved(once), "m").weights, once.weights));  // as fp32 again
  }
}

// Dense layers make nearly all of it.
TEST(ModelTensors, TakeHalfOrAQuarterOfTheFile) {
  Model model;
  model.network = Network({16, 16, 1}, {"a", "b"});
  model.network.add(Flatten{}, "flat").add(Dense{.units = 300}, "wide").add(Dense{.units = 2}, "fc");
  model.weights = initialize(model.network, 5);
  const double whole = static_cast<double>(saved(model).size());
  EXPECT_LT(static_cast<double>(saved_as(model, Storage::kBf16).size()), 0.51 * whole);
  EXPECT_LT(static_cast<double>(saved_as(model, Storage::kInt8).size()), 0.27 * whole);
}

TEST(ModelTensors, AreAlignedToTheirNumbers) {
  for (const Storage storage : {Storage::kBf16, Storage::kInt8}) {
    const Parts parts(saved_as(mixed_model(), storage));
    for (const auto& [name, entry] : parts.header.items()) {
      if (name == "__metadata__") continue;
      const size_t bytes = entry["dtype"] == "F32" ? 4 : entry["dtype"] == "BF16" ? 2 : 1;
      EXPECT_EQ(entry["data_offsets"][0].get<size_t>() % bytes, 0u) << name;
    }
    EXPECT_EQ(parts.header["bn/moving_variance"]["dtype"], "F32");
    EXPECT_EQ(parts.header["conv/kernel"]["dtype"], storage == Storage::kBf16 ? "BF16" : "I8");
    EXPECT_EQ(parts.header["separable/pointwise_kernel"]["dtype"], "BF16");
  }
}

TEST(ModelTensors, Fp32IsWhatSaveModelWrites) {
  EXPECT_EQ(saved_as(small_model(), Storage::kFp32), saved(small_model()));
}

TEST(ModelTensors, AnyFlippedBitOfAStoredTensorIsRefused) {
  for (const Storage storage : {Storage::kBf16, Storage::kInt8}) {
    const std::string content = saved_as(small_model(), storage);
    const size_t data = content.size() - Parts(content).data.size();
    for (size_t bit = 8 * data; bit < 8 * content.size(); ++bit) {
      std::string spoilt = content;
      spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_NE(refusal(spoilt), "") << bit;
    }
  }
}

TEST(ModelTensors, NumbersThatAreNoWeightsAreRefused) {
  Parts parts(saved_as(small_model(), Storage::kBf16));
  const uint16_t infinite = 0x7f80;
  std::memcpy(parts.data.data() + parts.header["fc/kernel"]["data_offsets"][0].get<size_t>(), &infinite, 2);
  EXPECT_EQ(refusal(parts.content()), "m: tensor 'fc/kernel': expected finite numbers, found inf at place 0");
  Parts bytes(saved_as(small_model(), Storage::kInt8));
  bytes.set_float("fc/kernel_scale", 0);
  EXPECT_EQ(refusal(bytes.content()), "m: tensor 'fc/kernel_scale': expected finite numbers above 0, found 0");
}

TEST(ModelTensors, AnotherStorageThanTheFileSaysIsRefused) {
  Parts named(saved_as(small_model(), Storage::kBf16));
  named.metadata()["storage"] = "fp16";
  EXPECT_EQ(refusal(named.content()), "m: storage: expected fp32, bf16 or int8, found 'fp16'");
  Parts bytes(saved_as(small_model(), Storage::kInt8));
  bytes.metadata().erase("storage");  // then these would be layers that compute in 8-bit integers
  expect_contains(refusal(bytes.content()), "tensor 'conv/input_range': expected it beside an I8 kernel, found none");
  Parts computing(saved(int8_model()));
  computing.metadata()["storage"] = "int8";
  expect_contains(refusal(computing.content()), "fc/input_range");
}

TEST(ModelTensors, AModelThatComputesInBytesIsNotStoredOtherwise) {
  const TemporaryFolder folder;
  EXPECT_EQ(message_of([&] { save_model(int8_model(), folder / "m", Storage::kBf16); }),
            (folder / "m") + ": storage: expected a model in floats to store as bf16, found one in 8-bit integers");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace fer
