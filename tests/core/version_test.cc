// The version of the library, and that of the headers.
#include "fer/version.h"

#include <gtest/gtest.h>

#include <string>

namespace fer {
namespace {

TEST(Version, IsThatOfTheHeaders) {
  EXPECT_EQ(version(), std::to_string(FER_VERSION_MAJOR) + "." + std::to_string(FER_VERSION_MINOR) + "." +
                           std::to_string(FER_VERSION_PATCH));
}

}  // namespace
}  // namespace fer
