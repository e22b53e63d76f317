#include "tools/eval/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/report.h"
#include "tools/cli/stop.h"
#include "tools/cli/views.h"

namespace fer::cli {
namespace {

std::string short_figures(const Evaluation& e) {
  return fmt::format("loss {:.4f}  accuracy {:.2f} %  macro F1 {:.4f}", e.loss, 100 * e.accuracy, e.macro_f1);
}

std::string member_name(const Subject& subject, size_t i) {
  const std::vector<double>& weights = subject.options.weights;
  return subject.paths[i] + (weights.empty() ? "" : fmt::format(" (weight {:g})", weights[i]));
}

std::string members_text(const Subject& subject, const Results& results) {
  size_t width = 0;
  for (size_t i = 0; i < results.members.size(); ++i) width = std::max(width, member_name(subject, i).size());
  std::string text = "\nof each model alone\n";
  for (size_t i = 0; i < results.members.size(); ++i) {
    text += fmt::format("{:{}}  {}\n", member_name(subject, i), width, short_figures(results.members[i]));
  }
  return text;
}

std::string twins_text(const Twins& twins) {
  return fmt::format("without the {} {} whose pixels are in {} too", twins.count,
                     twins.count == 1 ? "picture" : "pictures", twins.part);
}

// evaluation_json without the list of mistakes.
nlohmann::ordered_json figures_json(const Evaluation& evaluation) {
  auto json = nlohmann::ordered_json::parse(evaluation_json(evaluation));
  json.erase("worst");
  return json;
}

}  // namespace

Results results_of(const Subject& subject, const Dataset& data, const std::vector<int64_t>& rows, const Twins& twins,
                   int64_t batch_size) {
  const Classifier& classifier = subject.classifier;
  const std::vector<Tensor> each = classifier.predict_rows_of_each(data, rows, batch_size, stop_asked);
  Tensor joined = classifier.joined(each);
  Results results{.all = classifier.figures(joined, data, rows),
                  .members = {},
                  .twins = twins,
                  .without_twins = {},
                  .probabilities = {}};
  if (!subject.single()) {
    for (const Tensor& of_one : each) results.members.push_back(classifier.figures(of_one, data, rows));
  }
  if (twins.asked_for()) {
    results.without_twins = classifier.figures(probabilities_left(twins, joined), data, rows_left(twins, rows));
  }
  results.probabilities = std::move(joined);
  return results;
}

std::string results_text(const Subject& subject, const Results& results) {
  const Views& views = subject.options.views;
  std::string text;
  if (view_count(views) > 1 || views.dense) text += fmt::format("views {}\n", subject.views_text());
  text += evaluation_text(results.all);
  if (!results.members.empty()) text += members_text(subject, results);
  if (results.twins.asked_for()) {
    text += fmt::format("\n{}\npictures {}  {}\n", twins_text(results.twins), results.without_twins.count,
                        short_figures(results.without_twins));
  }
  return text;
}

void add_results(const Subject& subject, const Results& results, nlohmann::ordered_json& json) {
  add_views(subject.options.views, json);
  json.update(nlohmann::ordered_json::parse(evaluation_json(results.all)));
  for (size_t i = 0; i < results.members.size(); ++i) {
    nlohmann::ordered_json member = {{"model", subject.paths[i]}};
    if (!subject.options.weights.empty()) member["weight"] = subject.options.weights[i];
    member.update(figures_json(results.members[i]));
    json["members"].push_back(std::move(member));
  }
  if (!results.twins.asked_for()) return;
  nlohmann::ordered_json without = {{"part", results.twins.part}, {"twins", results.twins.count}};
  without.update(figures_json(results.without_twins));
  json["without_twins"] = std::move(without);
}

std::vector<std::pair<std::string, std::string>> results_settings(const Results& results) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (size_t i = 0; i < results.members.size(); ++i) {
    settings.emplace_back(fmt::format("model {} alone", i + 1), short_figures(results.members[i]));
  }
  if (results.twins.asked_for()) {
    settings.emplace_back(twins_text(results.twins), fmt::format("pictures {}  {}", results.without_twins.count,
                                                                 short_figures(results.without_twins)));
  }
  return settings;
}

}  // namespace fer::cli
