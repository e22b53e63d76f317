// Runs the built programs in a folder of the test's own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/paths.h"

namespace fer::test {

struct ToolResult {
  int status = -1;  // exit status; 128 + signal where killed
  std::string out, err;
};

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> objects;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) objects.push_back(nlohmann::json::parse(line));
  return objects;
}

// A folder that goes with the test, holding faces.csv: 48x48 pictures whose label is where a bright square lies.
class ToolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "fer_tools_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("net.json", kNetwork);
    write("faces.csv", csv_text(42, 14, 14, true));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  bool exists(const std::string& name) const { return std::filesystem::exists(path(name)); }

  // `command`: "fer-train faces.csv --epochs 1", run by the shell in the test's folder.
  ToolResult run(const std::string& command) const {
    const std::string line = "cd '" + folder_ + "' && PATH='" + fer::tools_dir() + "':$PATH && ( " + command +
                             " ) > stdout.txt 2> stderr.txt < /dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(path("stdout.txt")),
            read_text(path("stderr.txt"))};
  }

  // A model after one short epoch, as run/best.safetensors.
  void train_small_model() const {
    const ToolResult r = run("fer-train faces.csv --network net.json --epochs 1 --batch-size 7 --out run --quiet");
    ASSERT_EQ(r.status, 0) << r.err;
  }

  // One line on stderr that begins with the program's name.
  static void expect_one_line_error(const ToolResult& r, const std::string& program, const std::string& says) {
    EXPECT_TRUE(r.err.starts_with(program + ": ")) << r.err;
    EXPECT_EQ(std::count(r.err.begin(), r.err.end(), '\n'), 1) << r.err;
    EXPECT_NE(r.err.find(says), std::string::npos) << r.err;
  }

  static std::string pixels_text(int label, int row) {
    std::string text;
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 48; ++x) {
        const bool bright = y / 16 == label / 3 && x / 16 == label % 3;
        text += (x + y == 0 ? "" : " ") + std::to_string((bright ? 180 : 40) + (x * 7 + y * 3 + row * 11) % 32);
      }
    }
    return text;
  }

  static std::string csv_text(int training, int public_test, int private_test, bool with_usage) {
    std::string text = with_usage ? "emotion,pixels,Usage\n" : "emotion,pixels\n";
    int row = 0;
    const auto add = [&](int count, const char* usage) {
      for (int i = 0; i < count; ++i, ++row) {
        text += std::to_string(row % 7) + "," + pixels_text(row % 7, row) + (with_usage ? usage : "") + "\n";
      }
    };
    add(training, ",Training");
    add(public_test, ",PublicTest");
    add(private_test, ",PrivateTest");
    return text;
  }

  static constexpr const char* kNetwork = R"({"name": "tiny", "input": [48, 48, 1],
    "class_names": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
    "layers": [{"name": "conv", "type": "conv2d", "filters": 4, "kernel": [3, 3], "strides": [1, 1],
                "padding": "valid", "bias": true, "activation": "relu"},
               {"name": "norm", "type": "batch_norm"},
               {"name": "pool", "type": "max_pool2d", "pool": [4, 4], "strides": [4, 4], "padding": "valid"},
               {"name": "flat", "type": "flatten"},
               {"name": "out", "type": "dense", "units": 7, "activation": "softmax"}]})";

  std::string folder_;
};

}  // namespace fer::test
