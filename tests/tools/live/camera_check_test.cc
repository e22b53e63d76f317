#include "tools/live/camera_check.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::live {
namespace {

TEST(CameraCheck, SaysWhichCamerasThereAre) {
  const TemporaryFolder folder;
  EXPECT_EQ(cameras_text(folder.path()), "there is no camera here (no " + folder.path() + "/video*)");
  put(folder / "video2", "");
  put(folder / "video0", "");
  put(folder / "vcs", "");
  EXPECT_EQ(cameras_text(folder.path()), "cameras here: " + (folder / "video0") + ", " + (folder / "video2"));
  EXPECT_NE(cameras_text(folder / "none").find("no camera"), std::string::npos);
}

TEST(CameraCheck, ACameraThatIsMissingOrNoneIsNamed) {
  const std::string missing = message_of([] { check_camera("/dev/video987"); });
  expect_contains(missing, "camera /dev/video987: there is no such camera; ");
  expect_contains(missing, cameras_text());
  expect_contains(message_of([] { check_camera("/dev/null"); }), "camera /dev/null: it is no camera; ");
}

}  // namespace
}  // namespace fer::live
