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
#include "tools/eval/subject.h"
#include "tools/faces/face_options.h"
#include "tools/predict/answers.h"
#include "tools/predict/face_answers.h"

namespace fer {
namespace {

bool is_csv(const std::string& path) { return cli::extension(path) == ".csv"; }

// Adds a picture, or every picture of a folder.
void add_pictures(const std::string& path, bool skip_bad, cli::Answers& answers) {
  for (const std::string& file : picture_files(path)) {
    if (const auto image = cli::read_picture("fer-predict", file, skip_bad)) answers.add({file}, *image);
  }
}

int predict_faces(const cli::Arguments& arguments, const Classifier& classifier, std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (is_csv(path)) throw Error(path + ": expected pictures for --faces, found a CSV file, whose pictures are faces");
    const std::vector<std::string> found = picture_files(path);
    files.insert(files.end(), found.begin(), found.end());
  }
  const cli::FaceReader reader(classifier, FaceDetector(cli::read_detector_options(arguments)),
                               cli::read_crop_options(arguments));
  cli::FaceAnswers answers(reader, arguments, files.size());
  for (const std::string& file : files) {
    if (const auto image = cli::read_picture("fer-predict", file, arguments.flag("skip-bad")))
      answers.add(file, *image);
  }
  answers.finish();
  return 0;
}

int predict(const cli::Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  const size_t models = cli::leading_models(operands);
  if (operands.size() <= models) {
    throw cli::UsageError(
        fmt::format("expected at least one FILE, after the MODEL if there is one, found {}",
                    operands.empty() ? "neither" : fmt::format("{} alone", fmt::join(operands, " "))));
  }
  cli::check_face_answers(arguments);
  if (arguments.flag("faces") && arguments.has("predictor"))
    throw cli::UsageError("--predictor does not go with --faces");
  cli::use_threads(arguments);
  const std::vector<std::string> paths = cli::models_or_default("fer-predict", std::span(operands).first(models));
  const cli::Subject subject = cli::load_subject(arguments, paths);
  const Classifier& classifier = subject.classifier;
  const Views& views = subject.options.views;
  if (arguments.has("views") && (view_count(views) > 1 || views.dense)) {
    cli::note("fer-predict: views " + subject.views_text());
  }
  if (arguments.flag("faces")) return predict_faces(arguments, classifier, std::span(operands).subspan(models));
  cli::Answers answers(classifier, views, arguments);
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
  if (answers.count() == 0) throw Error("no picture could be read");  // with --skip-bad
  if (arguments.has("csv")) {
    write_file(arguments.text("csv"), answers.csv().text());
    if (!arguments.flag("json")) {
      fmt::print("{} written to {}\n", answers.csv().what(), arguments.text("csv"));
    }
  }
  return 0;
}

void declare_options(cxxopts::Options& options) {
  options.add_options()("top", "Name the K most probable classes", cxxopts::value<std::string>()->default_value("1"),
                        "K");
  options.add_options()("json", "Print one JSON object per picture");
  cli::declare_subject(options);
  options.add_options()("skip-bad", "Leave out pictures whose bytes are bad");
  options.add_options()("predictor",
                        "For a model that takes landmarks: dlib's shape predictor of 68 points, which finds them in "
                        "pictures",
                        cxxopts::value<std::string>(), "FILE.dat");
  options.add_options()("csv",
                        "Write a table of files, labels and a probability per class; for one CSV file and fer2013's "
                        "classes a submission to Kaggle's contest, with --faces a table of the faces",
                        cxxopts::value<std::string>(), "OUT");
  cli::declare_face_answers(options);
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
          .declare = declare_options,
          .run = predict};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
