// ONNX files where memory ends (issue 12).
#include <gtest/gtest.h>

#include "fer/onnx.h"
#include "tests/onnx/round_trip.h"
#include "tests/support/out_of_memory.h"
#include "tests/support/temporary_folder.h"

#ifndef FER_TEST_SANITIZED
namespace fer {
namespace {

class OnnxOutOfMemory : public testing::TestWithParam<int64_t> {
 protected:
  OnnxOutOfMemory() : folder_(in_memory()), model_(random_model(all_layers(), 3)), path_(folder_ / "m.onnx") {
    write_onnx(model_, path_);
  }

  TemporaryFolder folder_;
  Model model_;
  std::string path_;
};

INSTANTIATE_TEST_SUITE_P(Failures, OnnxOutOfMemory, ::testing::Values(kOneFails, kAllFailFromThere),
                         [](const auto& parameter) { return parameter.param == 1 ? "One" : "AllFromThere"; });

TEST_P(OnnxOutOfMemory, AFileIsWrittenWholeOrNotAtAll) {
  const std::string after = content_of(path_), before = "what was there";
  put(path_, before);
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 13, [&] { write_onnx(model_, path_); },
      [&](bool threw) {
        EXPECT_TRUE(content_of(path_) == (threw ? before : after));
        EXPECT_EQ(folder_.names(), std::set<std::string>{"m.onnx"});
        put(path_, before);
      });
  EXPECT_GE(thrown, 50);
}

TEST_P(OnnxOutOfMemory, AFileThatIsReadThrows) {
  const Model expected = read_onnx(path_);
  Model read;
  const int64_t thrown = for_each_failing_allocation(
      GetParam(), 23, [&] { read = read_onnx(path_); },
      [&](bool threw) {
        if (!threw) expect_same(read, expected);
        read = {};
      });
  EXPECT_GE(thrown, 50);
  expect_same(read_onnx(path_), expected);
}

}  // namespace
}  // namespace fer
#endif
