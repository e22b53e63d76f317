// What is built where ONNX is not there says so. (In a namespace of its own, beside the functions that can.)
#include "fer/error.h"
#include "fer/onnx.h"
#include "tests/support/message.h"

namespace absent {
using namespace fer;
}
#define fer absent
#include "onnx/absent.cc"
#undef fer

namespace fer {
namespace {

TEST(AbsentONNX, IsSaidWithWhatToInstall) {
  EXPECT_FALSE(absent::has_onnx());
  Model model;
  const auto expect_refusal = [](const auto& call) {
    expect_contains(message_of(call), "m.h5: this libfer was built without ONNX: apt-get install lib");
  };
  expect_refusal([&] { absent::write_onnx(model, "m.h5", {}); });
  expect_refusal([&] { absent::read_onnx("m.h5", {}); });
  expect_refusal([&] { absent::read_onnx_with_notes("m.h5", {}); });
}

}  // namespace
}  // namespace fer
