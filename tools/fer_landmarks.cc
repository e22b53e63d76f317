// fer-landmarks: writes 68 points of every face as rows of a CSV file.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "fer/error.h"
#include "fer/face_points.h"
#include "fer/file.h"
#include "fer/landmarks.h"
#include "fer/vision.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/data/data_files.h"
#include "tools/data/data_source.h"
#include "tools/faces/on_threads.h"

namespace fer {
namespace {

static_assert(kFacePoints == kLandmarkPoints);

// The rows of the file to be written: columns that the data has, then the points.
class Rows {
 public:
  explicit Rows(const Dataset& data, const std::string& path) : data_(data), usage_(cli::has_usage(data)) {
    if (!data.labels.empty()) numbers_ = cli::fer2013_numbers(data.class_names, path);
    if (!data.labels.empty()) text_ += "emotion,";
    if (usage_) text_ += "Usage,";
    text_ += data.files.empty() ? "row" : "file";
    for (int64_t i = 0; i < kFacePoints; ++i) text_ += fmt::format(",x{0},y{0}", i);
    text_ += '\n';
  }

  void add(int64_t row, const std::vector<Point>& points) {
    if (!data_.labels.empty()) text_ += fmt::format("{},", numbers_[data_.labels[row]]);
    if (usage_) text_ += fmt::format("{},", usage_name(data_.usage[row]));
    text_ += data_.files.empty() ? fmt::format("{}", row) : quoted(data_.files[row]);
    for (const Point& p : points) text_ += fmt::format(",{},{}", p.x, p.y);
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

// What is looked at: the rows of DATA, or picture files.
struct Pictures {
  std::string name;
  Dataset data;  // of picture files: their names alone
  std::vector<int64_t> rows;
  bool skip_bad = false;

  // The picture as its file has it, where it has one: nothing is lost by fitting. Nothing where it is bad and left out.
  std::optional<Image> read(int64_t row) const {
    if (data.files.empty()) return cli::row_image(data, row);
    return cli::read_picture("fer-landmarks", data.files[row], skip_bad);
  }
};

Pictures open_pictures(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const bool files = !operands.empty() && std::all_of(operands.begin(), operands.end(), cli::begins_as_picture);
  const cli::DataOptions options = cli::read_data_options(arguments);
  if (files) {
    Pictures pictures = {.name = operands[0], .data = {}, .rows = {}, .skip_bad = options.skip_bad};
    pictures.data.files = operands;
    for (size_t i = 0; i < operands.size(); ++i) pictures.rows.push_back(static_cast<int64_t>(i));
    return pictures;
  }
  cli::expect_one_operand(arguments, "DATA, or pictures alone");
  cli::OpenedData opened = cli::open_data(operands[0], options, Shape({48, 48, 1}), false);
  if (opened.data.has_values()) throw Error(operands[0] + ": expected pictures, found landmarks");
  cli::print_notes("fer-landmarks", opened);
  std::vector<int64_t> rows = cli::all_rows(opened.data);
  return {.name = operands[0], .data = std::move(opened.data), .rows = std::move(rows)};
}

// The points of the largest face, in the picture as it is: doubled pictures are for the detector alone.
std::vector<Point> points_of_face(const Image& picture, const FaceDetector& detector, const FacePointFinder& finder,
                                  bool whole_picture) {
  const std::vector<Face> faces = detector.find(picture);
  if (faces.empty() && !whole_picture) return {};
  return finder.find(picture, faces.empty() ? Box{0, 0, picture.width, picture.height} : faces[0].box);
}

int find(const cli::Arguments& arguments) {
  if (arguments.operands().empty()) cli::expect_one_operand(arguments, "DATA");
  if (!arguments.has("predictor")) throw cli::UsageError("expected --predictor FILE.dat");
  if (!arguments.has("out")) throw cli::UsageError("expected --out FILE.csv");
  cli::use_threads(arguments);
  const FacePointFinder finder(arguments.text("predictor"));
  const FaceDetector detector({.detector = "dlib", .upsample = static_cast<int>(arguments.integer("upsample", 0, 4))});
  const bool whole_picture = arguments.flag("whole-picture");
  const Pictures pictures = open_pictures(arguments);
  std::vector<std::vector<Point>> points(pictures.rows.size());
  cli::for_each_on_threads(static_cast<int64_t>(points.size()), [&](int64_t i) {
    const std::optional<Image> picture = pictures.read(pictures.rows[i]);
    if (picture) points[i] = points_of_face(*picture, detector, finder, whole_picture);
  });
  Rows rows(pictures.data, pictures.name);
  for (size_t i = 0; i < points.size(); ++i) {
    if (!points[i].empty()) rows.add(pictures.rows[i], points[i]);
  }
  if (rows.count() == 0) {
    throw Error(pictures.name +
                ": no face found in any picture (--upsample N doubles them, --whole-picture needs no detector)");
  }
  write_file(arguments.text("out"), rows.text());
  const int64_t all = pictures.data.size() > 0 ? pictures.data.size() : static_cast<int64_t>(points.size());
  fmt::print("{} of {} pictures have a face: {}\n", rows.count(), all, arguments.text("out"));
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options();
  add("predictor", "dlib's shape predictor of 68 points (shape_predictor_68_face_landmarks.dat)", text(), "FILE.dat");
  add("out", "Write the rows here", text(), "FILE.csv");
  add("upsample", "Double the size of pictures N times before looking for faces", text()->default_value("1"), "N");
  add("whole-picture", "Where no face is found, take the whole picture for one instead of leaving it out");
  cli::declare_data_options(add, false);
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-landmarks",
          .operands = "DATA|PICTURE...",
          .purpose =
              "Finds 68 points of the largest face of every picture, in fer2013.csv, a folder or single files, "
              "for networks\nthat take landmarks.",
          .declare = declare_options,
          .run = find};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
