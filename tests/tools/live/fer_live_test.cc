#include "tests/tools/photos.h"
#include "tests/tools/tool_run.h"

namespace fer::test {
namespace {

class FerLive : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    if (const std::string why = why_no_faces(); !why.empty()) GTEST_SKIP() << why;
    train_small_model();
    // What the libraries behind OpenCV's cameras and windows leak (libusb, Qt, D-Bus) is not ours.
    if (const char* given = std::getenv("ASAN_OPTIONS")) asan_options_ = given;
    setenv("ASAN_OPTIONS", (asan_options_ + ":detect_leaks=0").c_str(), 1);
  }
  void TearDown() override {
    setenv("ASAN_OPTIONS", asan_options_.c_str(), 1);
    ToolTest::TearDown();
  }
  // 15 frames with three faces each.
  bool make_video() const { return write_video(path("film.avi"), "--seconds 0.5 --size 480x360"); }
  size_t files_of(const std::string& folder) const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path(folder)), {}));
  }

 private:
  std::string asan_options_;
};

TEST_F(FerLive, AVideoBecomesALineOfJsonPerFrameAndARecording) {
#ifndef FER_HAS_VIDEO
  GTEST_SKIP() << "fer-live reads no videos: apt-get install libopencv-videoio-dev";
#endif
  if (!make_video()) GTEST_SKIP() << "no video: apt-get install python3-opencv";
  const ToolResult r =
      run("DISPLAY= fer-live run/best.safetensors film.avi --json --record out.avi --emoji --smooth 0.5");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto frames = json_lines(r.out);
  ASSERT_EQ(frames.size(), 15u);
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i]["frame"], i);
    EXPECT_NEAR(frames[i]["seconds"].get<double>(), static_cast<double>(i) / 30, 1e-6);
    EXPECT_EQ(frames[i]["detected"], i % 2 == 0);
    ASSERT_EQ(frames[i]["faces"].size(), 3u) << i;
    for (const auto& face : frames[i]["faces"]) {
      EXPECT_GE(face["id"], 1);
      EXPECT_LE(face["id"], 3);
      EXPECT_EQ(face["probabilities"].size(), 7u);
    }
  }
  EXPECT_TRUE(r.err.starts_with("fer-live: 15 frames in ")) << r.err;
  EXPECT_NE(r.err.find("faces were looked for in 8 of them"), std::string::npos) << r.err;

  // The recording is a video of as many frames of the same size. Without smoothing the figures are others.
  const ToolResult again = run("DISPLAY= fer-live run/best.safetensors out.avi --json --every 1");
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(json_lines(again.out).size(), 15u);
  EXPECT_EQ(json_lines(again.out)[0]["width"], 480);
  const ToolResult raw = run("DISPLAY= fer-live run/best.safetensors film.avi --json --smooth 0");
  ASSERT_EQ(raw.status, 0) << raw.err;
  EXPECT_EQ(json_lines(raw.out)[0]["faces"], frames[0]["faces"]);
  EXPECT_NE(json_lines(raw.out)[9]["faces"], frames[9]["faces"]);

  const ToolResult three = run("DISPLAY= fer-live run/best.safetensors film.avi --record frames --frames 3 --mirror");
  ASSERT_EQ(three.status, 0) << three.err;
  EXPECT_EQ(files_of("frames"), 3u);
  EXPECT_EQ(three.out, "");
}

TEST_F(FerLive, PicturesOfAFolderAreLookedAtEachByItself) {
  std::filesystem::create_directory(path("photos"));
  ASSERT_TRUE(write_astronaut(path("photos/a.png")));
  std::ofstream(path("photos/b.pgm"), std::ios::binary) << "P5\n64 48\n255\n" << std::string(64 * 48, 'x');
  const ToolResult r = run("DISPLAY= fer-live run/best.safetensors photos --json --record frames");
  ASSERT_EQ(r.status, 0) << r.err;
  const auto frames = json_lines(r.out);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0]["file"], "photos/a.png");
  EXPECT_EQ(frames[0]["detected"], true);
  EXPECT_EQ(frames[0]["faces"][0]["box"].dump(), R"({"height":95,"left":176,"top":66,"width":95})");
  EXPECT_EQ(frames[1]["faces"].size(), 0u);
  EXPECT_TRUE(exists("frames/000001.png"));
  // Not into what is there.
  const ToolResult again = run("DISPLAY= fer-live run/best.safetensors photos --record frames");
  EXPECT_EQ(again.status, 1);
  expect_one_line_error(again, "fer-live", "expected a new or an empty folder");
}

TEST_F(FerLive, WhatCannotBeShownIsNamed) {
  const auto refused = [&](const std::string& command, int status, const std::string& says) {
    const ToolResult r = run(command);
    EXPECT_EQ(r.status, status) << command;
    expect_one_line_error(r, "fer-live", says);
  };
  refused("fer-live run/best.safetensors 987 --json", 1, "camera /dev/video987: there is no such camera; ");
  refused("fer-live run/best.safetensors /dev/null --json", 1, "camera /dev/null: it is no camera; ");
  refused("fer-live run/best.safetensors nothing.avi --json", 1, "nothing.avi: expected a video");
  refused("fer-live run/best.safetensors faces.csv --json", 1, "faces.csv: ");
  refused("fer-live run/best.safetensors 0 1 --json", 2, "expected one INPUT");
  ASSERT_TRUE(write_astronaut(path("photo.png")));
  refused("DISPLAY= WAYLAND_DISPLAY= fer-live run/best.safetensors photo.png", 1, "no window: ");
  refused("DISPLAY=:987 WAYLAND_DISPLAY= fer-live run/best.safetensors photo.png", 1, "no window: ");
  refused("fer-live run/best.safetensors photo.png --no-window --record film.mkv", 2, "--record");
}

TEST_F(FerLive, AKeyEndsItsWindow) {
  if (!command_works("which Xvfb xdotool")) GTEST_SKIP() << "no display to try: apt-get install xvfb xdotool";
#ifndef FER_HAS_WINDOW
  GTEST_SKIP() << "fer-live has no window: apt-get install libopencv-highgui-dev";
#endif
  ASSERT_TRUE(write_astronaut(path("photo.png")));
  // The picture stays until a key is pressed, and q ends.
  write("in_window.sh", R"(
rm -f display  # of the time before
Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 3> display 2> /dev/null &
server=$!
trap 'kill $server' EXIT
for i in $(seq 100); do [ -s display ] && break; sleep 0.1; done
export DISPLAY=:$(cat display)
unset WAYLAND_DISPLAY
fer-live run/best.safetensors photo.png 2> live.txt &
live=$!
window=$(timeout 30 xdotool search --sync --name fer-live | head -1)
for i in $(seq 60); do
  xdotool key --window "$window" "$1"
  kill -0 $live 2> /dev/null || break
  sleep 0.5
done
wait $live
)");
  for (const char* key : {"q", "Escape"}) {
    const ToolResult r = run(std::string("timeout 100 sh in_window.sh ") + key);
    EXPECT_EQ(r.status, 0) << key << " " << r.err << read_text(path("live.txt"));
    // (Qt may have its own lines before.)
    EXPECT_NE(read_text(path("live.txt")).find("fer-live: 1 frame in "), std::string::npos)
        << read_text(path("live.txt"));
  }
}

}  // namespace
}  // namespace fer::test
