#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "fer/version.h"
#include "tests/support/message.h"
#include "vision/module.h"

namespace fer::vision {
namespace {

std::string refusal(const std::string& installed, const std::string& symbol) {
  return message_of([&] { load_module({"../nowhere/libfer_x.so", installed, symbol, "libx-dev"}); });
}

TEST(LoadModule, SaysBothPlacesWhereItIsInNeither) {
  const std::string message = refusal("/nowhere/fer/libfer_x.so", "fer_x_module");
  EXPECT_NE(message.find("nowhere/libfer_x.so or /nowhere/fer/libfer_x.so (install libfer again, built with libx-dev)"),
            std::string::npos)
      << message;
}

TEST(LoadModule, SaysThePackageWhereItCannotBeLoaded) {
  const std::string path = testing::TempDir() + "fer_no_module.so";
  std::ofstream(path) << "no library";
  const std::string message = refusal(path, "fer_x_module");
  std::remove(path.c_str());
  EXPECT_TRUE(message.starts_with(path + ": cannot be loaded: ")) << message;
  EXPECT_TRUE(message.ends_with("(apt-get install libx-dev)")) << message;
}

TEST(LoadModule, RefusesOthers) {
  const std::string path = FER_OTHER_VERSION;
  EXPECT_EQ(refusal(path, "fer_x_module"), path + ": expected libfer's component, found another library");
  const std::string expected = path + ": expected the component of libfer " + version() + " (interface 1), found ";
  EXPECT_EQ(refusal(path, "fer_other_module"), expected + "that of 0.0.1 (interface 1)");
  EXPECT_EQ(refusal(path, "fer_other_interface"), expected + "that of 0.0.1 (interface 2)");
}

}  // namespace
}  // namespace fer::vision
