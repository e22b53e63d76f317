// fer-predict: what a model, or several as one, say about pictures.
#include <fmt/format.h>

#include <algorithm>

#include "fer/classifier.h"
#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/image.h"
#include "fer/landmarks.h"
#include "fer/picture_folder.h"
#include "tools/cli/cli.h"
#include "tools/cli/models.h"
#include "tools/cli/pictures.h"
#include "tools/cli/views.h"
#include "tools/data/data_files.h"
#include "tools/eval/subject.h"

namespace fer {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kBatch = 64;

struct Source {
  std::string file;
  int64_t row = -1;  // of a CSV file, from 0; -1: a picture
};

bool is_csv(const std::string& path) { return cli::extension(path) == ".csv"; }

// A file's name in a line of its own: a '?' for each control character, as ls has it.
std::string in_a_line(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return name;
}

// Collects pictures, asks the model for a batch at a time, and prints the answers in order.
class Answers {
 public:
  Answers(const Classifier& classifier, const Views& views, const cli::Arguments& arguments)
      : classifier_(classifier),
        views_(views),
        json_(arguments.flag("json")),
        lines_(!arguments.has("csv")),
        top_(arguments.integer("top", 1, 1 << 20)) {}

  void add(Source source, const Image& image) {
    const std::vector<uint8_t> input = classifier_.input_of(image, source.file);
    pixels_.insert(pixels_.end(), input.begin(), input.end());
    sources_.push_back(std::move(source));
    if (static_cast<int64_t>(sources_.size()) == kBatch) flush();
  }

  // Adds every row of a file of landmarks.
  void add_landmarks(const std::string& path) {
    flush();
    if (!classifier_.takes_landmarks()) throw Error(path + ": the model takes pictures, found landmarks");
    const Dataset data = read_landmarks(path, false);
    for (int64_t row = 0; row < data.size(); ++row) sources_.push_back({path, row});
    answer_all(std::span<const float>(data.values));
  }

  void flush() { answer_all(std::span<const uint8_t>(pixels_)); }

  const std::vector<int64_t>& labels() const { return labels_; }

 private:
  // Asks the model about the pictures collected so far.
  template <class Value>
  void answer_all(std::span<const Value> batch) {
    if (sources_.empty()) return;
    const auto classes = static_cast<size_t>(classifier_.class_count());
    std::vector<float> probabilities(sources_.size() * classes);
    classifier_.predict_into(batch, probabilities);
    for (size_t i = 0; i < sources_.size(); ++i) {
      answer(sources_[i], std::span<const float>(probabilities).subspan(i * classes, classes));
    }
    sources_.clear();
    pixels_.clear();
  }

  void answer(const Source& source, std::span<const float> p) {
    const std::vector<int64_t> order = most_probable(p, top_);
    labels_.push_back(order[0]);
    if (json_) {
      print_json(source, p, order);
    } else if (lines_) {
      print_line(source, p, order);
    }
  }

  void print_line(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
    std::string line = in_a_line(source.file) + (source.row >= 0 ? fmt::format(" row {}", source.row) : "") + ": ";
    for (const int64_t c : order) {
      const std::string& emoji = classifier_.class_emoji()[c];
      line += fmt::format("{}{}{}{} {:.1f} %", c == order[0] ? "" : ", ", classifier_.class_names()[c],
                          emoji.empty() ? "" : " ", emoji, 100 * p[c]);
    }
    fmt::print("{}\n", line);
  }

  void print_json(const Source& source, std::span<const float> p, const std::vector<int64_t>& order) const {
    ordered_json json = {{"file", source.file}}, top = ordered_json::array();
    if (source.row >= 0) json["row"] = source.row;
    for (const int64_t c : order) {
      top.push_back({{"label", classifier_.class_names()[c]},
                     {"emoji", classifier_.class_emoji()[c]},
                     {"index", c},
                     {"probability", p[c]}});
    }
    json["label"] = classifier_.class_names()[order[0]];
    json["emoji"] = classifier_.class_emoji()[order[0]];
    json["index"] = order[0];
    json["probability"] = p[order[0]];
    json["top"] = top;
    if (view_count(views_) > 1 || views_.dense) cli::add_views(views_, json);
    json["probabilities"] = std::vector<float>(p.begin(), p.end());
    fmt::print("{}\n", cli::one_line(json));
  }

  const Classifier& classifier_;
  const Views views_;
  const bool json_, lines_;
  const int64_t top_;
  std::vector<Source> sources_;
  std::vector<uint8_t> pixels_;
  std::vector<int64_t> labels_;
};

// The number that the contest gives each class. Throws Error naming the model where a class has none.
std::vector<size_t> contest_numbers(const Classifier& classifier, const std::string& model) {
  const std::vector<std::string>& names = classifier.model(0).network.class_names;
  if (!names.empty()) return cli::fer2013_numbers(names, model);
  if (classifier.class_count() != 7) {
    throw Error(fmt::format("{}: --csv: expected fer2013's seven classes, found {} without names", model,
                            classifier.class_count()));
  }
  return {0, 1, 2, 3, 4, 5, 6};
}

// One label per line, in the order of the pictures, without a header: what the contest's organisers had uploaded
// (pylearn2, scripts/icml_2013_wrepl/emotions/make_submission.py).
std::string submission(const std::vector<int64_t>& labels, const std::vector<size_t>& numbers) {
  std::string text;
  for (const int64_t label : labels) text += fmt::format("{}\n", numbers[label]);
  return text;
}

// Adds a picture, or every picture of a folder.
void add_pictures(const std::string& path, bool skip_bad, Answers& answers) {
  for (const std::string& file : picture_files(path)) {
    if (const auto image = cli::read_picture("fer-predict", file, skip_bad)) answers.add({file}, *image);
  }
}

int predict(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const size_t models = cli::leading_models(operands);
  if (operands.size() <= models) {
    throw cli::UsageError(
        fmt::format("expected at least one FILE, after the MODEL if there is one, found {}",
                    operands.empty() ? "neither" : fmt::format("{} alone", fmt::join(operands, " "))));
  }
  cli::use_threads(arguments);
  const std::vector<std::string> paths = cli::models_or_default("fer-predict", std::span(operands).first(models));
  const cli::Subject subject = cli::load_subject(arguments, paths);
  const Classifier& classifier = subject.classifier;
  const Views& views = subject.options.views;
  if (arguments.has("views") && (view_count(views) > 1 || views.dense)) {
    cli::note("fer-predict: views " + subject.views_text());
  }
  std::vector<size_t> numbers;
  if (arguments.has("csv")) numbers = contest_numbers(classifier, paths[0]);
  Answers answers(classifier, views, arguments);
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
  options.add_options()("json", "Print one JSON object per picture");
  cli::declare_subject(options);
  options.add_options()("skip-bad", "Leave out pictures whose bytes are bad");
  options.add_options()("csv", "Write the labels as a submission to Kaggle's contest: fer2013's numbers, one per line",
                        cxxopts::value<std::string>(), "OUT");
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-predict",
          .operands = "[MODEL...] FILE...",
          .purpose =
              "Says what a model sees in pictures: PNG, JPEG, PGM or WebP files of any size, folders of "
              "them, or CSV files with a\npixels column or landmarks. Several .safetensors models are taken as "
              "one: the mean of their probabilities. Without a MODEL, "
              "the one that comes with libfer, or that FER_MODEL names, answers.",
          .declare = declare,
          .run = predict};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
