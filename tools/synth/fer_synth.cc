// fer-synth: a synthetic data set in fer2013.csv's form.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/image.h"
#include "tools/cli/cli.h"
#include "tools/synth/synthetic_faces.h"

namespace fer {
namespace {

constexpr int64_t kMostRows = 10'000'000;

std::string csv_row(uint64_t seed, int64_t index, Usage usage) {
  const synthetic::Sample sample = synthetic::draw_sample(seed, static_cast<uint32_t>(index));
  std::string row;
  row.reserve(4 * sample.pixels.size() + 16);
  row += static_cast<char>('0' + sample.label);
  char separator = ',';
  for (const uint8_t pixel : sample.pixels) {
    row += separator;
    row += fmt::format_int(pixel).c_str();
    separator = ' ';
  }
  return row + "," + usage_name(usage) + "\n";
}

// Rows in fer2013's order: Training, PublicTest, PrivateTest.
std::string csv_text(uint64_t seed, const std::array<int64_t, 3>& rows) {
  std::vector<std::string> lines(static_cast<size_t>(rows[0] + rows[1] + rows[2]));
  const auto count = static_cast<int64_t>(lines.size());
#pragma omp parallel for schedule(dynamic, 16)
  for (int64_t i = 0; i < count; ++i) {
    const int part = i < rows[0] ? 0 : i < rows[0] + rows[1] ? 1 : 2;
    lines[static_cast<size_t>(i)] = csv_row(seed, i, static_cast<Usage>(part));
  }
  std::string text = "emotion,pixels,Usage\n";
  for (std::string& line : lines) {
    text += line;
    std::string().swap(line);
  }
  return text;
}

// A few pictures of each class, which are in no part of the data set: their indices come after all of its.
void write_pictures(const std::string& folder, uint64_t seed, int64_t of_each_class) {
  FolderWriter writer(folder, FolderWriter::Into::kNewOrMore);
  for (int label = 0; label < 7; ++label) {
    for (int64_t i = 0; i < of_each_class; ++i) {
      const auto index = static_cast<uint32_t>(0xffffffff - (7 * i + label));
      const synthetic::Sample sample = synthetic::draw_sample(seed, index, label);
      const Image image = {.height = synthetic::kSide,
                           .width = synthetic::kSide,
                           .pixels = {sample.pixels.begin(), sample.pixels.end()}};
      const std::string name = fmt::format("{}-{}.png", fer2013_class_names()[static_cast<size_t>(label)], i + 1);
      writer.write(name, encode_png(image));
    }
  }
  writer.finish();
}

int synth(const cli::Arguments& arguments) {
  if (!arguments.operands().empty())
    throw cli::UsageError("expected no operand, found \"" + arguments.operands()[0] + "\"");
  if (!arguments.has("out") && !arguments.has("pictures"))
    throw cli::UsageError("expected --out FILE.csv or --pictures DIR");
  const auto seed = static_cast<uint64_t>(arguments.integer("seed", 0, INT64_MAX));
  std::array<int64_t, 3> rows;
  for (const auto& [at, option] : {std::pair{0, "train"}, {1, "public"}, {2, "private"}}) {
    rows[static_cast<size_t>(at)] = arguments.integer(option, 0, kMostRows);
  }
  const int64_t of_each_class = arguments.integer("pictures-per-class", 1, 10'000);
  if (arguments.has("out")) {
    if (rows[0] + rows[1] + rows[2] == 0)
      throw cli::UsageError("--train, --public, --private: expected at least one row, found none");
    write_file(arguments.text("out"), csv_text(seed, rows));
  }
  if (arguments.has("pictures")) write_pictures(arguments.text("pictures"), seed, of_each_class);
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [](const char* otherwise) { return cxxopts::value<std::string>()->default_value(otherwise); };
  options.add_options()("out", "Write a data set of emotion,pixels,Usage to this file", cxxopts::value<std::string>(),
                        "FILE.csv");
  options.add_options()("train", "Rows of Usage Training", text("2800"), "N");
  options.add_options()("public", "Rows of Usage PublicTest", text("350"), "N");
  options.add_options()("private", "Rows of Usage PrivateTest", text("350"), "N");
  options.add_options()("seed", "Seed of all random numbers; it alone decides the data set", text("1"), "N");
  options.add_options()("pictures", "Write further faces as PNG to this folder", cxxopts::value<std::string>(), "DIR");
  options.add_options()("pictures-per-class", "Number of pictures of each expression", text("3"), "N");
}

cli::Program program() {
  return {.name = "fer-synth",
          .operands = "",
          .purpose =
              "Draws faces with seven expressions and writes them in the form of fer2013.csv, for trying out "
              "training\nwhere the real data set is not at hand.",
          .declare = declare,
          .run = synth};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
