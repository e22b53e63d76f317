#include "tools/eval/subject.h"

#include <fmt/format.h>

#include "tools/cli/views.h"

namespace fer::cli {
namespace {

std::vector<double> read_weights(const Arguments& arguments, size_t models) {
  if (!arguments.has("weights")) return {};
  std::vector<double> weights;
  double sum = 0;
  for (const std::string& text : listed_names("weights", arguments.text("weights"))) {
    weights.push_back(parse_number("weights", text, 0, 1e6));
    sum += weights.back();
  }
  if (weights.size() != models) {
    throw UsageError(fmt::format("--weights: expected {}, one per model, found {}", models, weights.size()));
  }
  if (!(sum > 0)) throw UsageError("--weights: expected one above 0 or more, found none");
  return weights;
}

ClassifierOptions read_options(const Arguments& arguments, size_t models) {
  ClassifierOptions options = {.views = read_views(arguments), .weights = read_weights(arguments, models)};
  if (!arguments.flag("vote")) return options;
  if (models == 1) throw UsageError("--vote: expected two models or more");
  if (!options.weights.empty()) throw UsageError("--weights: expected without --vote, which counts each model once");
  options.rule = EnsembleRule::kVote;
  return options;
}

}  // namespace

std::string Subject::name() const {
  if (single()) return paths[0];
  const bool vote = options.rule == EnsembleRule::kVote;
  return fmt::format("the {} of {} models",
                     vote                      ? "votes"
                     : options.weights.empty() ? "mean"
                                               : "weighted mean",
                     paths.size());
}

std::string Subject::joined_by() const {
  if (options.rule == EnsembleRule::kVote) return "votes";
  return options.weights.empty() ? "mean probabilities" : "weighted mean probabilities";
}

std::string Subject::views_text() const { return cli::views_text(options.views, classifier.model(0)); }

void declare_subject(cxxopts::Options& options) {
  options.add_options()("vote", "Several models: count their votes instead of averaging their probabilities");
  options.add_options()("weights",
                        "Several models: what each counts in the mean, in their order (default: all the same)",
                        cxxopts::value<std::string>(), "W,W,...");
  declare_views(options);
}

Subject load_subject(const Arguments& arguments, const std::vector<std::string>& paths) {
  const ClassifierOptions options = read_options(arguments, paths.size());
  return {.paths = paths, .options = options, .classifier = Classifier::load(paths, options)};
}

}  // namespace fer::cli
