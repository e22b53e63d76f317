// What is built where Keras is not there says so. (In a namespace of its own, beside the functions that can.)
#include "fer/error.h"
#include "fer/keras.h"
#include "tests/support/message.h"

namespace absent {
using namespace fer;
}
#define fer absent
#include "keras/absent.cc"
#undef fer

namespace fer {
namespace {

TEST(AbsentKeras, IsSaidWithWhatToInstall) {
  EXPECT_FALSE(absent::has_keras());
  Model model;
  const auto expect_refusal = [](const auto& call) {
    expect_contains(message_of(call), "m.h5: this libfer was built without Keras: apt-get install lib");
  };
  expect_refusal([&] { absent::read_keras("m.h5", {}); });
  expect_refusal([&] { absent::fill_from_keras(model, "m.h5"); });
}

}  // namespace
}  // namespace fer
