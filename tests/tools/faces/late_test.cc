// Programs that look for faces start without OpenCV and dlib, and load them where they are asked for faces.
#include "fer/vision.h"
#include "tests/tools/photos.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

using LateVision = ToolTest;

TEST_F(LateVision, ProgramsStartWithoutOpencvAndDlib) {
  if (!command_works("command -v ldd")) GTEST_SKIP() << "no ldd: apt-get install libc-bin";
  for (const char* program : {"fer-predict", "fer-align", "fer-landmarks"}) {
    const ToolResult needs = run("ldd \"$(command -v " + std::string(program) + ")\"");
    ASSERT_EQ(needs.status, 0) << needs.err;
    EXPECT_NE(needs.out.find("libstdc++"), std::string::npos) << needs.out;
    for (const char* library : {"libopencv", "libdlib", "libprotobuf", "libX11"}) {
      EXPECT_EQ(needs.out.find(library), std::string::npos) << program << ": " << needs.out;
    }
  }
}

TEST_F(LateVision, AProgramAloneSaysWhatIsMissing) {
  if (!has_dlib()) GTEST_SKIP() << "without dlib: apt-get install libdlib-dev";
  write("face.pgm", "P5\n48 48\n255\n" + std::string(48 * 48, 'a'));
  const ToolResult r =
      run("mkdir bin && cp \"$(command -v fer-align)\" bin && bin/fer-align face.pgm out --detector dlib");
  if (r.status == 0) GTEST_SKIP() << "libfer is installed here";
  EXPECT_EQ(r.status, 1);
  EXPECT_NE(r.err.find("a component of libfer that this needs is not there: expected "), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("fer/libfer_dlib.so"), std::string::npos) << r.err;
  EXPECT_NE(r.err.find("libdlib-dev"), std::string::npos) << r.err;
}

}  // namespace
}  // namespace fer::test
