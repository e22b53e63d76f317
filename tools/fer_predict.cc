// fer-predict: what a model says about pictures.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>

#include "cli.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/image.h"
#include "fer/landmarks.h"
#include "fer/picture_folder.h"
#include "fer/predictor.h"
#include "pictures.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kBatch = 64;

struct Source {
  std::string file;
  int64_t row = -1;  // of a CSV file, from 0; -1: a picture
};

bool is_csv(const std::string& path) {
  const size_t dot = path.rfind('.');
  std::string end = dot == std::string::npos ? "" : path.substr(dot + 1);
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end == "csv";
}

std::string emoji_of(const Predictor& predictor, int64_t index) {
  const std::string& emoji = predictor.class_emoji()[index];
  return emoji.empty() ? "" : " " + emoji;
}

std::string label_name(const Predictor& predictor, int64_t index) {
  const auto& names = predictor.class_names();
  return index < static_cast<int64_t>(names.size()) ? names[index] : fmt::format("{}", index);
}

// Collects pictures, asks the model for a batch at a time, and prints the answers in order.
class Answers {
 public:
  Answers(const Predictor& predictor, const cli::Arguments& arguments)
      : predictor_(predictor),
        json_(arguments.flag("json")),
        lines_(!arguments.has("csv")),
        top_(std::min(arguments.integer("top", 1, 1 << 20), predictor.class_count())) {}

  void add(Source source, const Image& image) {
    if (takes_landmarks()) {
      throw Error(source.file + ": the model takes landmarks, found a picture (fer-landmarks makes landmarks of it)");
    }
    const Image face = fitted(image, predictor_.height(), predictor_.width(), predictor_.channels());
    pixels_.insert(pixels_.end(), face.pixels.begin(), face.pixels.end());
    sources_.push_back(std::move(source));
    if (static_cast<int64_t>(sources_.size()) == kBatch) flush();
  }

  // Every row of a file of landmarks.
  void add_landmarks(const std::string& path) {
    flush();
    if (!takes_landmarks()) throw Error(path + ": the model takes pictures, found landmarks");
    const Dataset data = read_landmarks(path, false);
    for (int64_t row = 0; row < data.size(); ++row) sources_.push_back({path, row});
    answer_all([&](std::span<float> probabilities) { predictor_.predict_into(data.values, probabilities); });
  }

  void flush() {
    answer_all([&](std::span<float> probabilities) {
      predictor_.predict_into(std::span<const uint8_t>(pixels_), probabilities);
    });
  }

  const std::vector<int64_t>& labels() const { return labels_; }

 private:
  bool takes_landmarks() const {
    return predictor_.height() == kLandmarkPoints && predictor_.width() == 2 && predictor_.channels() == 1;
  }

  // `ask` fills the probabilities of what was collected.
  template <class Ask>
  void answer_all(const Ask& ask) {
    const int64_t classes = predictor_.class_count();
    std::vector<float> probabilities(sources_.size() * classes);
    if (!sources_.empty()) ask(probabilities);
    for (size_t i = 0; i < sources_.size(); ++i) {
      answer(sources_[i], std::span<const float>(probabilities).subspan(i * classes, classes));
    }
    sources_.clear();
    pixels_.clear();
  }

  void answer(const Source& source, std::span<const float> p) {
    std::vector<int64_t> order(p.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return p[a] > p[b]; });
    labels_.push_back(order[0]);
    order.resize(top_);
    if (json_) {
      print_json(source, p, order);
    } else if (lines_) {
      print_line(source, p, order);
    }
  }

  void print_line(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
    std::string line = source.file + (source.row >= 0 ? fmt::format(" row {}", source.row) : "") + ": ";
    for (const int64_t c : order) {
      line += fmt::format("{}{}{} {:.1f} %", c == order[0] ? "" : ", ", label_name(predictor_, c),
                          emoji_of(predictor_, c), 100 * p[c]);
    }
    fmt::print("{}\n", line);
  }

  void print_json(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
    ordered_json json = {{"file", source.file}}, top = ordered_json::array();
    if (source.row >= 0) json["row"] = source.row;
    for (const int64_t c : order) {
      top.push_back({{"label", label_name(predictor_, c)},
                     {"emoji", predictor_.class_emoji()[c]},
                     {"index", c},
                     {"probability", p[c]}});
    }
    json["label"] = label_name(predictor_, order[0]);
    json["emoji"] = predictor_.class_emoji()[order[0]];
    json["index"] = order[0];
    json["probability"] = p[order[0]];
    json["top"] = top;
    json["probabilities"] = std::vector<float>(p.begin(), p.end());
    fmt::print("{}\n", cli::one_line(json));
  }

  const Predictor& predictor_;
  const bool json_, lines_;
  const int64_t top_;
  std::vector<Source> sources_;
  std::vector<uint8_t> pixels_;
  std::vector<int64_t> labels_;
};

// One label a line, in the order of the pictures, without a header: what the contest's organisers had uploaded
// (pylearn2, scripts/icml_2013_wrepl/emotions/make_submission.py).
std::string submission(const std::vector<int64_t>& labels) {
  std::string text;
  for (const int64_t label : labels) text += fmt::format("{}\n", label);
  return text;
}

// A picture, or every picture of a folder.
void add_pictures(const std::string& path, bool skip_bad, Answers& answers) {
  for (const std::string& file : picture_files(path)) {
    Image image;
    try {
      image = read_image(file);
    } catch (const Error& error) {
      if (!skip_bad) throw;
      fmt::print(stderr, "fer-predict: left out: {}\n", error.what());
      continue;
    }
    answers.add({file}, image);
  }
}

int predict(const cli::Arguments& arguments) {
  if (arguments.operands().size() < 2) throw cli::UsageError("expected MODEL and at least one FILE");
  cli::use_threads(arguments);
  const Predictor predictor = Predictor::load(arguments.operands()[0]);
  Answers answers(predictor, arguments);
  for (size_t i = 1; i < arguments.operands().size(); ++i) {
    const std::string& path = arguments.operands()[i];
    if (is_csv(path) && holds_landmarks(path)) {
      answers.add_landmarks(path);
    } else if (is_csv(path)) {
      const Dataset data = read_fer_csv(path, false);
      for (int64_t row = 0; row < data.size(); ++row) answers.add({path, row}, cli::row_image(data, row));
    } else {
      add_pictures(path, arguments.flag("skip-bad"), answers);
    }
  }
  answers.flush();
  if (arguments.has("csv")) {
    cli::write_file(arguments.text("csv"), submission(answers.labels()));
    if (!arguments.flag("json")) {
      fmt::print("{} labels written to {}\n", answers.labels().size(), arguments.text("csv"));
    }
  }
  return 0;
}

void declare(cxxopts::Options& options) {
  options.add_options()("top", "Name the K most probable classes", cxxopts::value<std::string>()->default_value("1"),
                        "K");
  options.add_options()("json", "Print one JSON object a picture");
  options.add_options()("skip-bad", "Leave out pictures that cannot be read");
  options.add_options()("csv", "Write the labels as a submission to Kaggle's contest: one number a line",
                        cxxopts::value<std::string>(), "OUT");
  cli::declare_threads(options);
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) {
  return fer::cli::run(
      {.name = "fer-predict",
       .operands = "MODEL FILE...",
       .purpose = "Says what a model sees in pictures: PNG, JPEG, PGM or WebP files of any size, folders of "
                  "them, or CSV files with a\npixels column or landmarks.",
       .declare = fer::declare,
       .run = fer::predict},
      argc, argv);
}
