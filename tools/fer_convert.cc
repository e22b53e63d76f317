// fer-convert: from one form of a model to another.
#include <fmt/format.h>

#include <filesystem>

#include "cli.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/model.h"
#include "fer/quantize.h"

namespace fer {
namespace {

// Rows to calibrate on: of the training part where the file tells, spread evenly over it.
std::vector<int64_t> calibration_rows(const Dataset& data, int64_t limit, const std::string& path) {
  std::vector<int64_t> rows = rows_with_usage(data, Usage::kTraining);
  if (rows.empty()) rows = rows_with_usage(data, Usage::kNone);
  if (rows.empty()) throw Error(path + ": expected pictures of the Training part to calibrate on, found none");
  const auto n = static_cast<int64_t>(rows.size()), count = std::min(n, limit);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(rows[static_cast<size_t>(i * n / count)]);
  return chosen;
}

std::vector<uint8_t> pixels_of(const Dataset& data, const std::vector<int64_t>& rows) {
  std::vector<uint8_t> pixels;
  for (const int64_t row : rows) {
    const std::span<const uint8_t> picture = data.picture(row);
    pixels.insert(pixels.end(), picture.begin(), picture.end());
  }
  return pixels;
}

void print_size(const std::string& path) {
  fmt::print("{}: {:.2f} MiB\n", path, static_cast<double>(std::filesystem::file_size(path)) / (1 << 20));
}

void convert_to_int8(const cli::Arguments& arguments) {
  const std::string &from = arguments.operands()[0], to = arguments.text("out"), path = arguments.text("calibrate");
  Model model = load_model(from);
  const Dataset data = read_fer_csv(path, false);
  if (model.network.input != Shape({data.height, data.width, data.channels}))
    throw Error(fmt::format("{}: expected pictures {}, the network's input, found {}", path,
                            model.network.input.to_string(),
                            Shape({data.height, data.width, data.channels}).to_string()));
  const std::vector<int64_t> rows = calibration_rows(data, arguments.integer("calibrate-limit", 1, 1 << 30), path);
  model = quantize_int8(std::move(model), pixels_of(data, rows));
  save_model(model, to);
  fmt::print("{} layers in 8-bit integers, calibrated on {} pictures\n", model.int8.size(), rows.size());
  print_size(from);
  print_size(to);
}

int convert(const cli::Arguments& arguments) {
  if (arguments.operands().size() != 1) throw cli::UsageError("expected one MODEL");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE");
  if (!arguments.flag("int8")) throw cli::UsageError("expected --int8");
  if (!arguments.has("calibrate")) throw cli::UsageError("--int8: expected --calibrate DATA beside it");
  cli::use_threads(arguments);
  convert_to_int8(arguments);
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  options.add_options()("out", "Write the new model here", text(), "FILE");
  options.add_options()("int8", "Compute in 8-bit integers");
  options.add_options()("calibrate", "CSV file with pictures like those to come; its Training part is taken", text(),
                        "DATA");
  options.add_options()("calibrate-limit", "Pictures to calibrate on, spread over the file",
                        text()->default_value("512"), "N");
  cli::declare_threads(options);
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) {
  return fer::cli::run({.name = "fer-convert",
                        .operands = "MODEL",
                        .purpose = "Converts a model: to 8-bit integers, a quarter of the size and faster for single "
                                   "pictures.",
                        .declare = fer::declare,
                        .run = fer::convert},
                       argc, argv);
}
