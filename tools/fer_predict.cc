// fer-predict: what a model, or several as one, say about pictures.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/image.h"
#include "fer/landmarks.h"
#include "fer/picture_folder.h"
#include "fer/predictor.h"
#include "tools/cli/cli.h"
#include "tools/cli/ensemble.h"
#include "tools/cli/pictures.h"
#include "tools/data/data_files.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kBatch = 64;

struct Source {
  std::string file;
  int64_t row = -1;  // of a CSV file, from 0; -1: a picture
};

bool is_csv(const std::string& path) { return cli::extension(path) == ".csv"; }

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
  Answers(const cli::Ensemble& ensemble, const cli::Arguments& arguments)
      : ensemble_(ensemble),
        predictor_(ensemble.first()),
        json_(arguments.flag("json")),
        lines_(!arguments.has("csv")),
        top_(std::min(arguments.integer("top", 1, 1 << 20), ensemble.first().class_count())) {}

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
    answer_all(std::span<const float>(data.values));
  }

  void flush() { answer_all(std::span<const uint8_t>(pixels_)); }

  const std::vector<int64_t>& labels() const { return labels_; }

 private:
  bool takes_landmarks() const {
    return predictor_.height() == kLandmarkPoints && predictor_.width() == 2 && predictor_.channels() == 1;
  }

  // Of what was collected.
  template <class Value>
  void answer_all(std::span<const Value> batch) {
    if (sources_.empty()) return;
    const int64_t classes = predictor_.class_count();
    const std::vector<float> probabilities = ensemble_.predict(batch);
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

  const cli::Ensemble& ensemble_;
  const Predictor& predictor_;  // the first: the others take and tell the same
  const bool json_, lines_;
  const int64_t top_;
  std::vector<Source> sources_;
  std::vector<uint8_t> pixels_;
  std::vector<int64_t> labels_;
};

// The contest's number of each class. Throws Error naming the model where a class has none.
std::vector<size_t> contest_numbers(const Predictor& predictor, const std::string& model) {
  const std::vector<std::string>& names = predictor.class_names();
  if (!names.empty()) return cli::fer2013_numbers(names, model);
  if (predictor.class_count() != 7) {
    throw Error(fmt::format("{}: --csv: expected fer2013's seven classes, found {} without names", model,
                            predictor.class_count()));
  }
  return {0, 1, 2, 3, 4, 5, 6};
}

// One label a line, in the order of the pictures, without a header: what the contest's organisers had uploaded
// (pylearn2, scripts/icml_2013_wrepl/emotions/make_submission.py).
std::string submission(const std::vector<int64_t>& labels, const std::vector<size_t>& numbers) {
  std::string text;
  for (const int64_t label : labels) text += fmt::format("{}\n", numbers[label]);
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

// How many of the operands, from the first on, are models: the first, whatever its name, and safetensors files after
// it.
size_t model_count(const std::vector<std::string>& operands) {
  size_t count = 1;
  while (count < operands.size() && cli::extension(operands[count]) == ".safetensors") ++count;
  return count;
}

int predict(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const size_t models = model_count(operands);
  if (operands.size() <= models) throw cli::UsageError("expected MODEL and at least one FILE");
  const bool vote = arguments.flag("vote");
  if (vote && models == 1) throw cli::UsageError("--vote: expected two models or more");
  cli::use_threads(arguments);
  const cli::Ensemble ensemble({operands.data(), models}, vote ? EnsembleRule::kVote : EnsembleRule::kMean,
                               arguments.flag("flip"));
  std::vector<size_t> numbers;
  if (arguments.has("csv")) numbers = contest_numbers(ensemble.first(), operands[0]);
  Answers answers(ensemble, arguments);
  for (const std::string& path : std::span(operands).subspan(models)) {
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
  if (answers.labels().empty()) throw Error("no picture could be read");  // with --skip-bad
  if (arguments.has("csv")) {
    write_file(arguments.text("csv"), submission(answers.labels(), numbers));
    if (!arguments.flag("json")) {
      fmt::print("{} labels written to {}\n", answers.labels().size(), arguments.text("csv"));
    }
  }
  return 0;
}

void declare(cxxopts::Options& options) {
  options.add_options()("top", "Name the K most probable classes", cxxopts::value<std::string>()->default_value("1"),
                        "K");
  options.add_options()("flip", "Average the answers for each picture and its mirror image");
  options.add_options()("json", "Print one JSON object a picture");
  options.add_options()("vote", "Several models: count their votes instead of averaging their probabilities");
  options.add_options()("skip-bad", "Leave out pictures that cannot be read");
  options.add_options()("csv", "Write the labels as a submission to Kaggle's contest: fer2013's numbers, one a line",
                        cxxopts::value<std::string>(), "OUT");
  cli::declare_threads(options);
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) {
  return fer::cli::run(
      {.name = "fer-predict",
       .operands = "MODEL... FILE...",
       .purpose = "Says what a model sees in pictures: PNG, JPEG, PGM or WebP files of any size, folders of "
                  "them, or CSV files with a\npixels column or landmarks. Several .safetensors models are taken as "
                  "one: the mean of their probabilities.",
       .declare = fer::declare,
       .run = fer::predict},
      argc, argv);
}
