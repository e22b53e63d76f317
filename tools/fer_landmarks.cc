// fer-landmarks: writes 68 points of every face as rows of a CSV file.
#include <fmt/format.h>

#include "fer/error.h"
#include "fer/file.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/data/data_files.h"
#include "tools/data/data_source.h"
#include "tools/data/face_points.h"

namespace fer {
namespace {

// The rows of the file to be written: columns that the data has, then the points.
class Rows {
 public:
  explicit Rows(const Dataset& data, const std::string& path) : data_(data), usage_(cli::has_usage(data)) {
    if (!data.labels.empty()) numbers_ = cli::fer2013_numbers(data.class_names, path);
    if (!data.labels.empty()) text_ += "emotion,";
    if (usage_) text_ += "Usage,";
    text_ += data.files.empty() ? "row" : "file";
    for (int64_t i = 0; i < kLandmarkPoints; ++i) text_ += fmt::format(",x{0},y{0}", i);
    text_ += '\n';
  }

  void add(int64_t row, const cli::FacePoints& points) {
    if (!data_.labels.empty()) text_ += fmt::format("{},", numbers_[data_.labels[row]]);
    if (usage_) text_ += fmt::format("{},", usage_name(data_.usage[row]));
    text_ += data_.files.empty() ? fmt::format("{}", row) : quoted(data_.files[row]);
    for (const double coordinate : points) text_ += fmt::format(",{}", coordinate);
    text_ += '\n';
    ++count_;
  }

  const std::string& text() const { return text_; }
  int64_t count() const { return count_; }

 private:
  static std::string quoted(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
  }

  const Dataset& data_;
  bool usage_;
  std::vector<size_t> numbers_;
  std::string text_;
  int64_t count_ = 0;
};

// The picture as its file has it, where it has one: nothing is lost by fitting.
Image picture_of(const Dataset& data, int64_t row) {
  return data.files.empty() ? cli::row_image(data, row) : read_image(data.files[row]);
}

int find(const cli::Arguments& arguments) {
  cli::expect_one_operand(arguments, "DATA");
  if (!arguments.has("predictor")) throw cli::UsageError("expected --predictor FILE.dat");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE.csv");
  const auto upsample = static_cast<int>(arguments.integer("upsample", 0, 4));
  const std::string& path = arguments.operands()[0];
  cli::FacePointFinder finder(arguments.text("predictor"));
  cli::OpenedData opened = cli::open_data(path, cli::read_data_options(arguments), Shape({48, 48, 1}), false);
  const Dataset& data = opened.data;
  if (data.has_values()) throw Error(path + ": expected pictures, found landmarks");
  cli::print_notes("fer-landmarks", opened);
  Rows rows(data, path);
  for (const int64_t row : cli::all_rows(data)) {
    if (const auto points = finder.find(picture_of(data, row), upsample, arguments.flag("whole-picture"))) {
      rows.add(row, *points);
    }
  }
  if (rows.count() == 0) {
    throw Error(path + ": no face found in any picture (--upsample N doubles them, --whole-picture needs no detector)");
  }
  write_file(arguments.text("out"), rows.text());
  fmt::print("{} of {} pictures have a face: {}\n", rows.count(), data.size(), arguments.text("out"));
  return 0;
}

void declare(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options();
  add("predictor", "dlib's shape predictor of 68 points (shape_predictor_68_face_landmarks.dat)", text(), "FILE.dat");
  add("out", "Write the rows here", text(), "FILE.csv");
  add("upsample", "Double the size of pictures N times before looking for faces", text()->default_value("1"), "N");
  add("whole-picture", "Where no face is found, take the whole picture for one instead of leaving it out");
  cli::declare_data_options(add, false);
}

cli::Program program() {
  return {.name = "fer-landmarks",
          .operands = "DATA",
          .purpose =
              "Finds 68 points of the largest face of every picture, in fer2013.csv or a folder, "
              "for networks that take\nlandmarks.",
          .declare = declare,
          .run = find};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
