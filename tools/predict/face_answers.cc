#include "tools/predict/face_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "fer/error.h"
#include "fer/file.h"
#include "tools/cli/csv.h"
#include "tools/faces/face_json.h"
#include "tools/faces/face_options.h"
#include "tools/predict/answers.h"

namespace fer::cli {
namespace {

using nlohmann::ordered_json;

std::string given_or_empty(const Arguments& arguments, const std::string& option) {
  return arguments.has(option) ? arguments.text(option) : "";
}

// A name that does not end in .png is a folder's.
bool is_folder_name(const std::string& out) { return !out.empty() && extension(out) != ".png"; }

}  // namespace

void declare_face_answers(cxxopts::Options& options) {
  options.add_options()("faces", "Find the faces in each picture and answer for each of them");
  options.add_options()("annotate",
                        "With --faces: draw boxes, labels and probabilities on the picture: OUT.png, or a folder for "
                        "several pictures",
                        cxxopts::value<std::string>(), "OUT");
  declare_emoji(options, "With --annotate: lay");
  declare_faces(options);
}

void check_face_answers(const Arguments& arguments) {
  if (arguments.has("emoji") && !arguments.has("annotate")) throw UsageError("--emoji: expected with --annotate OUT");
  if (arguments.flag("faces")) return;
  if (arguments.has("annotate")) throw UsageError("--annotate: expected with --faces");
  for (const std::string& option : given_face_options(arguments)) {
    throw UsageError(fmt::format("--{}: expected with --faces", option));
  }
}

FaceAnswers::FaceAnswers(const FaceReader& reader, const Arguments& arguments, size_t pictures)
    : reader_(reader),
      json_(arguments.flag("json")),
      top_(arguments.has("top") ? arguments.integer("top", 1, 1 << 20) : reader.classifier().class_count()),
      csv_(given_or_empty(arguments, "csv")),
      out_(given_or_empty(arguments, "annotate")),
      into_folder_(is_folder_name(out_)),
      emoji_(read_emoji(arguments, "fer-predict", reader.classifier().class_names())) {
  if (!out_.empty() && !into_folder_ && pictures > 1) {
    throw UsageError(fmt::format("--annotate: expected a folder for {} pictures, found \"{}\"", pictures, out_));
  }
  if (into_folder_) make_folders(out_);
  rows_ = "file,face,left,top,width,height";
  for (const std::string& name : reader.classifier().class_names()) rows_.append(",").append(csv_cell(name));
  rows_ += "\n";
}

void FaceAnswers::add(const std::string& file, const Image& picture) {
  const std::vector<FacePrediction> faces = reader_.read(picture);
  ++pictures_;
  faces_ += faces.size();
  const std::string drawing = draw(file, picture, faces);
  if (!csv_.empty()) add_rows(file, faces);
  if (json_) {
    print_json(file, picture, faces, drawing);
  } else if (csv_.empty()) {
    print_lines(file, faces);
  }
}

void FaceAnswers::finish() {
  if (!csv_.empty()) {
    write_file(csv_, rows_);
    if (!json_) fmt::print("{} face{} written to {}\n", faces_, faces_ == 1 ? "" : "s", csv_);
  }
  if (faces_ > 0) return;
  throw Error(fmt::format("no face was found in {}",
                          pictures_ == 1 ? "the picture" : fmt::format("any of {} pictures", pictures_)));
}

void FaceAnswers::print_lines(const std::string& file, std::span<const FacePrediction> faces) const {
  if (faces.empty()) fmt::print("{}: no face found\n", in_a_line(file));
  for (size_t i = 0; i < faces.size(); ++i) {
    const Box& box = faces[i].face.box;
    const std::span<const float> p = faces[i].prediction.probabilities;
    fmt::print("{}: face {} of {} (left {}, top {}, {}x{}): {}\n", in_a_line(file), i + 1, faces.size(), box.left,
               box.top, box.width, box.height, classes_text(reader_.classifier(), p, most_probable(p, top_)));
  }
}

void FaceAnswers::print_json(const std::string& file, const Image& picture, std::span<const FacePrediction> faces,
                             const std::string& drawing) const {
  ordered_json json = {{"file", file}, {"width", picture.width}, {"height", picture.height}};
  json["class_names"] = reader_.classifier().class_names();
  if (!drawing.empty()) json["annotated"] = drawing;
  json["faces"] = ordered_json::array();
  for (const FacePrediction& found : faces) json["faces"].push_back(face_json(reader_.classifier(), found));
  fmt::print("{}\n", one_line(json));
}

void FaceAnswers::add_rows(const std::string& file, std::span<const FacePrediction> faces) {
  for (size_t i = 0; i < faces.size(); ++i) {
    const Box& box = faces[i].face.box;
    rows_ += fmt::format("{},{},{},{},{},{}", csv_cell(file), i + 1, box.left, box.top, box.width, box.height);
    for (const float p : faces[i].prediction.probabilities) rows_ += fmt::format(",{}", p);
    rows_ += "\n";
  }
}

std::string FaceAnswers::draw(const std::string& file, const Image& picture, std::span<const FacePrediction> faces) {
  if (out_.empty()) return "";
  std::string path = drawing_of(file);
  write_file(path, encode_png(annotated(picture, faces, reader_.classifier().class_names(), {.emoji = &emoji_})));
  return path;
}

// OUT/NAME.png; two pictures of one name, from two folders or of two formats, are told apart by a number.
std::string FaceAnswers::drawing_of(const std::string& file) {
  if (!into_folder_) return out_;
  const std::string name = std::filesystem::path(file).stem().string();
  std::string path = fmt::format("{}/{}.png", out_, name);
  for (int i = 2; !drawn_.insert(path).second; ++i) path = fmt::format("{}/{}-{}.png", out_, name, i);
  return path;
}

}  // namespace fer::cli
