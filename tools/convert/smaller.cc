#include "tools/convert/smaller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/landmarks.h"
#include "fer/quantize.h"
#include "tools/data/data_source.h"

namespace fer::cli {
namespace {

// The rows to calibrate on, spread evenly over the training part where the file names one.
std::vector<int64_t> calibration_rows(const Dataset& data, int64_t limit, const std::string& path) {
  std::vector<int64_t> rows = rows_with_usage(data, Usage::kTraining);
  if (rows.empty()) rows = rows_with_usage(data, Usage::kNone);
  if (rows.empty()) throw Error(path + ": expected pictures of the Training part to calibrate on, found none");
  const auto n = static_cast<int64_t>(rows.size()), count = std::min(n, limit);
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(rows[static_cast<size_t>(i * n / count)]);
  return chosen;
}

std::vector<uint8_t> pixels_of(const Dataset& data, const std::vector<int64_t>& rows, const Shape& input) {
  const auto size = static_cast<size_t>(input.elements());
  std::vector<uint8_t> pixels(rows.size() * size);
  for (size_t i = 0; i < rows.size(); ++i) {
    copy_fitted(data, rows[i], input[0], input[1], input[2], std::span(pixels).subspan(i * size, size));
  }
  return pixels;
}

// What the new file has lost: the size of the difference of all weights, by that of the weights.
std::string rounding_note(const Model& model, const std::string& path, Storage storage) {
  const Model stored = load_model(path);
  double difference = 0, size = 0;
  for (const Parameter& parameter : model.weights.layout.parameters) {
    if (!parameter.name.ends_with("kernel")) continue;
    const std::span<const float> before = model.weights.of(parameter), after = stored.weights.of(parameter);
    for (size_t i = 0; i < before.size(); ++i) {
      const double lost = static_cast<double>(before[i]) - static_cast<double>(after[i]);
      difference += lost * lost;
      size += static_cast<double>(before[i]) * static_cast<double>(before[i]);
    }
  }
  return fmt::format("kernels stored as {}: rounding took {:.3f} % of their size (root mean square)",
                     storage_name(storage), size == 0 ? 0.0 : 100 * std::sqrt(difference / size));
}

}  // namespace

Model in_int8(Model model, const Arguments& arguments, Notes& notes) {
  const std::string path = arguments.text("calibrate");
  const Dataset data = open_data(path, {}, picture_shape(model), false).data;
  if (data.has_values() || model.network.input == Shape({kLandmarkPoints, 2, 1})) {
    throw Error(path + ": expected pictures, and a model that takes them: landmarks cannot calibrate");
  }
  const std::vector<int64_t> rows = calibration_rows(data, arguments.integer("calibrate-limit", 1, 1 << 30), path);
  const std::vector<uint8_t> pixels = pixels_of(data, rows, picture_shape(model));
  model = quantize_int8(std::move(model), pixels);
  notes.push_back(
      fmt::format("{} layers in 8-bit integers, calibrated on {} pictures", model.int8.size(), rows.size()));
  return model;
}

void save(const Model& model, const std::string& path, const Arguments& arguments, Notes& notes) {
  const Storage storage = arguments.has("storage")
                              ? storage_from_name(arguments.choice("storage", {"fp32", "bf16", "int8"}))
                              : Storage::kFp32;
  save_model(model, path, storage);
  // (What went to a pipe or a device is not there to be compared with.)
  if (storage != Storage::kFp32 && path_kind(path) == PathKind::kFile) {
    notes.push_back(rounding_note(model, path, storage));
  }
}

}  // namespace fer::cli
