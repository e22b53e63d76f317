// Saving a model where memory ends (issue 12).
#include <gtest/gtest.h>

#include "fer/model_file.h"
#include "tests/io/model_parts.h"
#include "tests/support/out_of_memory.h"
#include "tests/support/temporary_folder.h"

#ifndef FER_TEST_SANITIZED
namespace fer {
namespace {

class SavingOutOfMemory : public testing::TestWithParam<int64_t> {};

INSTANTIATE_TEST_SUITE_P(Failures, SavingOutOfMemory, ::testing::Values(kOneFails, kAllFailFromThere),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

TEST_P(SavingOutOfMemory, AModelIsWrittenWholeOrNotAtAll) {
  const TemporaryFolder folder(in_memory());
  const std::string path = folder / "m.safetensors";
  Model model = small_model();
  model.classes = {{model.network.class_names[0], {"x", "y"}}, {model.network.class_names[1], {"z"}}};
  save_model(model, path);
  const std::string after = content_of(path), before = "what was there";
  put(path, before);
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 1, [&] { save_model(model, path); },
      [&](bool threw) {
        EXPECT_TRUE(content_of(path) == (threw ? before : after));
        EXPECT_EQ(folder.names(), std::set<std::string>{"m.safetensors"});
        put(path, before);
      });
  EXPECT_GE(thrown, 100);
  EXPECT_EQ(network_to_json(load_model((save_model(model, path), path)).network), network_to_json(model.network));
}

}  // namespace
}  // namespace fer
#endif
