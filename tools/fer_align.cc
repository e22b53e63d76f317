// fer-align: pictures of faces, each cut out and brought to one size and place.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/image.h"
#include "fer/picture_folder.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/faces/align.h"
#include "tools/faces/face_options.h"
#include "tools/faces/on_threads.h"

namespace fer {
namespace {

using cli::NoFace;

struct Outcome {
  std::string file, written;  // written: empty where the picture was left out
  bool read = false;
  cli::AlignedPicture aligned = {};
};

// "a/b.jpg" -> "a/b"
std::string without_ending(const std::string& name) {
  const size_t dot = name.rfind('.'), slash = name.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? name : name.substr(0, dot);
}

// For each file its name within the folder, ending in .png: two that differ only in their ending keep it.
std::vector<std::string> names_within(const std::vector<std::string>& files, const std::string& folder) {
  std::vector<std::string> inside;
  std::map<std::string, int> uses;
  for (const std::string& file : files) {
    const size_t begin = file.find_first_not_of('/', folder.size());
    inside.push_back(file.substr(begin));
    ++uses[without_ending(inside.back())];
  }
  std::vector<std::string> names;
  names.reserve(inside.size());
  for (const std::string& name : inside) {
    names.push_back((uses[without_ending(name)] > 1 ? name : without_ending(name)) + ".png");
  }
  return names;
}

// M, or L,T,R,B: shares of the box.
CropMargins read_margins(const cli::Arguments& arguments) {
  std::vector<double> values;
  for (const std::string& text : cli::listed_names("margin", arguments.text("margin"))) {
    values.push_back(cli::parse_number("margin", text, -0.45, 10));
  }
  if (values.size() == 1) values.resize(4, values[0]);
  if (values.size() != 4) {
    throw cli::UsageError(fmt::format("--margin: expected one number, or four (left,top,right,bottom), found \"{}\"",
                                      arguments.text("margin")));
  }
  return {values[0], values[1], values[2], values[3]};
}

class Aligner {
 public:
  explicit Aligner(const cli::Arguments& arguments)
      : detector_(cli::read_detector_options(arguments)), skip_bad_(arguments.flag("skip-bad")) {
    if (arguments.has("landmarks")) finder_.emplace(arguments.text("landmarks"));
    const std::string no_face = arguments.choice("no-face", {"drop", "keep", "whole"});
    options_ = {.size = arguments.integer("size", 1, 4096),
                .no_face = no_face == "drop"   ? NoFace::kDrop
                           : no_face == "keep" ? NoFace::kKeep
                                               : NoFace::kWhole,
                .crop = cli::read_crop_options(arguments),
                .enlarge = static_cast<int>(arguments.integer("enlarge", 0, 4))};
    options_.crop.margins = read_margins(arguments);
  }

  // Reads a picture and aligns it; what was bad and is to be left out is told by `read`.
  Outcome align(const std::string& file) const {
    Outcome outcome = {.file = file, .written = {}};
    const std::optional<Image> picture = cli::read_picture("fer-align", file, skip_bad_);
    if (!picture) return outcome;
    outcome.read = true;
    outcome.aligned = cli::align_picture(*picture, detector_, finder_ ? &*finder_ : nullptr, options_);
    return outcome;
  }

  NoFace no_face() const { return options_.no_face; }

 private:
  FaceDetector detector_;
  bool skip_bad_;
  std::optional<FacePointFinder> finder_;
  cli::AlignOptions options_;
};

// The pictures go as soon as they are written.
void write(Outcome& outcome, const std::string& name, FolderWriter& out, std::mutex& mutex) {
  if (!outcome.aligned.picture) return;
  const std::string bytes = encode_png(*outcome.aligned.picture);
  const std::lock_guard lock(mutex);
  out.write(name, bytes);
  outcome.written = name;
  outcome.aligned.picture.reset();
}

std::vector<Outcome> align_folder(const std::string& in, const std::string& out, const Aligner& aligner) {
  const std::vector<std::string> files = picture_files(in), names = names_within(files, in);
  std::vector<Outcome> outcomes(files.size());
  FolderWriter folder(out);
  std::mutex mutex;
  cli::for_each_on_threads(static_cast<int64_t>(files.size()), [&](int64_t i) {
    outcomes[i] = aligner.align(files[i]);
    write(outcomes[i], names[i], folder, mutex);
  });
  const bool some = std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& o) { return !o.written.empty(); });
  if (!some) throw Error(in + ": no face found in any picture (--no-face keep or whole writes them all the same)");
  folder.finish();
  return outcomes;
}

std::vector<Outcome> align_file(const std::string& in, std::string out, const Aligner& aligner) {
  if (path_kind(out) == PathKind::kFolder) out += "/" + without_ending(cli::base_name(in)) + ".png";
  Outcome outcome = aligner.align(in);
  if (outcome.read && !outcome.aligned.picture) {
    throw Error(in + ": no face found (--no-face keep or whole writes the picture all the same)");
  }
  if (outcome.read) {
    write_file(out, encode_png(*outcome.aligned.picture));
    outcome.written = out;
  }
  return {outcome};
}

void print_json(const Outcome& outcome) {
  nlohmann::ordered_json line = {{"file", outcome.file}, {"faces", outcome.aligned.faces}};
  line["box"] = nullptr;
  line["score"] = nullptr;
  if (outcome.aligned.faces > 0) {
    line["box"] = outcome.aligned.box;
    line["score"] = outcome.aligned.score;
  }
  line["written"] = outcome.written.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(outcome.written);
  fmt::print("{}\n", cli::one_line(line));
}

void print_counts(const std::vector<Outcome>& outcomes, NoFace no_face, const std::string& out) {
  int64_t read = 0, faces = 0;
  for (const Outcome& outcome : outcomes) {
    read += outcome.read ? 1 : 0;
    faces += outcome.aligned.faces > 0 ? 1 : 0;
  }
  const char* became = no_face == NoFace::kDrop   ? "left out"
                       : no_face == NoFace::kKeep ? "kept as they are"
                                                  : "taken whole";
  fmt::print("{} of {} pictures have a face: {}\n", cli::grouped(faces), cli::grouped(read), out);
  if (read > faces) fmt::print("Pictures without a face, {}: {}\n", became, cli::grouped(read - faces));
  const auto bad = static_cast<int64_t>(outcomes.size()) - read;
  if (bad > 0) fmt::print("Pictures that could not be read, left out: {}\n", cli::grouped(bad));
}

int align(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() != 2) {
    throw cli::UsageError(fmt::format("expected IN and OUT, found {} operands", operands.size()));
  }
  cli::use_threads(arguments);
  const Aligner aligner(arguments);
  const std::string &in = operands[0], &out = operands[1];
  const std::vector<Outcome> outcomes = is_folder(in) ? align_folder(in, out, aligner) : align_file(in, out, aligner);
  if (arguments.flag("json")) {
    for (const Outcome& outcome : outcomes) print_json(outcome);
  } else {
    print_counts(outcomes, aligner.no_face(), out);
  }
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto value = [](const char* text) { return cxxopts::value<std::string>()->default_value(text); };
  auto add = options.add_options();
  add("size", "Width and height of the pictures that are written", value("48"), "N");
  add("no-face", "A picture without a face: drop leaves it out, keep writes it as it is, whole takes all of it",
      value("drop"), "drop|keep|whole");
  add("landmarks", "dlib's predictor of 68 points: faces are turned and scaled by eyes and mouth",
      cxxopts::value<std::string>(), "FILE.dat");
  add("margin", "Without points: what a crop has around the box, as a share of it; or left,top,right,bottom",
      value("0.05"), "M");
  add("enlarge", "Double pictures N times and continue their edges before looking: for faces that fill them",
      value("0"), "N");
  cli::declare_faces(options);
  add("skip-bad", "Leave out pictures that cannot be read, instead of ending");
  add("json", "Print a JSON object for each picture: file, faces, box, score, written");
  cli::declare_threads(options);
}

cli::Program program() {
  return {
      .name = "fer-align",
      .operands = "IN OUT",
      .purpose =
          "Cuts the largest face out of a picture, or out of every picture of a folder, and writes it as PNG: by its "
          "box,\nor turned upright by its points. OUT is a file where IN is one; a new folder for a folder.",
      .declare = declare_options,
      .run = align};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
