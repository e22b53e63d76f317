// Files that lie: a clear refusal, and no memory taken for what they say.
#include <gtest/gtest.h>

#include "tests/onnx/refusal.h"
#include "tests/onnx/tiny.h"

namespace fer {
namespace {

TEST(HostileOnnx, EveryLieIsRefused) {
  for (const HostileOnnx& hostile : hostile_onnx()) {
    SCOPED_TRACE(hostile.name);
    onnx::ModelProto model = tiny_onnx();
    hostile.spoil(model);
    expect_contains(refusal_of(model.SerializeAsString()), hostile.message);
  }
}

TEST(HostileOnnx, EveryTruncationIsRefused) {
  Network network({4, 4, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 1}, "conv").add(Flatten{}, "flat").add(Dense{.units = 2}, "fc");
  const std::string content = onnx_file::model_bytes(random_model(network, 1), {});
  for (size_t size = 0; size < content.size(); ++size) {
    EXPECT_FALSE(refusal_of(content.substr(0, size)).empty()) << size;
  }
}

TEST(HostileOnnx, AnyFlippedBitIsRefusedOrHarmless) {
  const std::string content = tiny_onnx().SerializeAsString();
  int refused = 0;
  for (size_t i = 0; i < content.size(); ++i) {
    std::string spoilt = content;
    spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << (i % 8)));
    try {
      onnx_file::parse_model(spoilt, {}, "m");
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(content.size()) / 3);
}

}  // namespace
}  // namespace fer
