#include "tools/train/split.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "fer/classes.h"
#include "fer/error.h"
#include "fer/evaluate.h"
#include "fer/sources.h"
#include "fer/split.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"

namespace fer::cli {
namespace {

// Of several sources those that have no parts.
void take_sources_without_parts(const Dataset& data, TrainingRows& rows) {
  int64_t begin = 0;
  for (const SourceRows& source : sources_of(data)) {
    std::vector<int64_t> own;
    for (int64_t row = begin; row < begin + source.rows; ++row) {
      if (data.usage[static_cast<size_t>(row)] == Usage::kNone && data.takes_part(row)) own.push_back(row);
    }
    begin += source.rows;
    if (own.empty()) continue;
    rows.notes.push_back(fmt::format("{}: has no parts: all its {} pictures are for training", source.name,
                                     grouped(static_cast<int64_t>(own.size()))));
    rows.train.insert(rows.train.end(), own.begin(), own.end());
  }
  std::sort(rows.train.begin(), rows.train.end());
}

TrainingRows official_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  TrainingRows rows{.train = rows_with_usages(data, options.train_usages),
                    .validation = rows_with_usages(data, options.validation_usages),
                    .train_name = usages_name(options.train_usages),
                    .validation_name = usages_name(options.validation_usages)};
  for (const std::vector<Usage>& usages : {options.train_usages, options.validation_usages}) {
    for (const Usage usage : usages) {
      if (!rows_with_usage(data, usage).empty()) continue;
      throw Error(
          fmt::format("{}: no row with Usage {} (--split random makes parts of its own)", path, usage_name(usage)));
    }
  }
  take_sources_without_parts(data, rows);
  return rows;
}

bool takes_part(Usage usage, const SplitOptions& options) {
  if (usage == Usage::kNone) return true;
  if (!options.of.empty()) return std::find(options.of.begin(), options.of.end(), usage) != options.of.end();
  return options.private_test_too || usage != Usage::kPrivateTest;
}

std::vector<int64_t> candidates_of(const Dataset& data, const SplitOptions& options, const std::string& path) {
  std::vector<int64_t> candidates;
  for (const int64_t row : all_rows(data)) {
    if (takes_part(data.usage[static_cast<size_t>(row)], options)) candidates.push_back(row);
  }
  if (candidates.empty())
    throw Error(path + ": expected pictures to train on, found none except those of the test part");
  return candidates;
}

std::string random_name(double share) { return fmt::format("random {:.4g} %", 100 * share); }

// As it was before parts were stratified: one draw from all rows.
TrainingRows plain_random_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  Split split = random_split(candidates_of(data, options, path), options.validation_share, options.seed);
  if (options.unused_share > 0) split.train = random_split(split.train, options.unused_share, options.seed).train;
  return {.train = std::move(split.train), .validation = std::move(split.validation)};
}

TrainingRows stratified_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  const std::vector<int64_t> candidates = candidates_of(data, options, path);
  if (options.folds == 0) {
    auto parts = stratified_parts(data, candidates, {options.test_share, options.validation_share}, options.seed);
    return {.train = std::move(parts[2]), .validation = std::move(parts[1]), .test = std::move(parts[0])};
  }
  auto parts = stratified_parts(data, candidates, {options.test_share}, options.seed);
  if (static_cast<int64_t>(parts[1].size()) < options.folds) {
    throw Error(fmt::format("{}: {} rows are too few for {} folds", path, parts[1].size(), options.folds));
  }
  auto folds = stratified_folds(data, parts[1], options.folds, options.seed);
  TrainingRows rows{.validation = std::move(folds[static_cast<size_t>(options.fold - 1)]), .test = std::move(parts[0])};
  for (size_t i = 0; i < folds.size(); ++i) {
    if (static_cast<int64_t>(i) + 1 != options.fold)
      rows.train.insert(rows.train.end(), folds[i].begin(), folds[i].end());
  }
  std::sort(rows.train.begin(), rows.train.end());
  return rows;
}

void name_random_parts(const SplitOptions& options, TrainingRows& rows) {
  const double validation = options.validation_share, test = options.test_share;
  rows.train_name = random_name((1 - validation - test) * (1 - options.unused_share));
  rows.validation_name = random_name(validation);
  if (test > 0) rows.test_name = random_name(test) + " for testing";
  if (options.folds == 0) return;
  rows.train_name = fmt::format("all folds but {} of {}", options.fold, options.folds);
  rows.validation_name = fmt::format("fold {} of {}", options.fold, options.folds);
}

TrainingRows random_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  TrainingRows rows =
      options.stratified ? stratified_rows(data, options, path) : plain_random_rows(data, options, path);
  rows.random = true;
  const bool lacks =
      (options.validation_share > 0 && rows.validation.empty()) || (options.test_share > 0 && rows.test.empty());
  if (rows.train.empty() || lacks) {
    throw Error(fmt::format("{}: {} rows are too few to validate{} on a share of {}", path, all_rows(data).size(),
                            options.test_share > 0 ? " or test" : "",
                            rows.validation.empty() ? options.validation_share : options.test_share));
  }
  name_random_parts(options, rows);
  return rows;
}

// The rows so that one of every source comes in turn, as long as the source has one.
std::vector<int64_t> by_turns_of_sources(const Dataset& data, const std::vector<int64_t>& rows) {
  const std::vector<size_t> source = sources_of_rows(data, rows);
  std::map<size_t, int64_t> found;
  std::vector<std::tuple<int64_t, size_t, int64_t>> turns;  // the how manieth of its source, the source, the row
  for (size_t i = 0; i < rows.size(); ++i) turns.emplace_back(found[source[i]]++, source[i], rows[i]);
  std::sort(turns.begin(), turns.end());
  std::vector<int64_t> sorted;
  sorted.reserve(turns.size());
  for (const auto& turn : turns) sorted.push_back(std::get<2>(turn));
  return sorted;
}

// `limit` of the rows: one of every class in turn, as long as the class has one.
std::vector<int64_t> of_all_classes(const Dataset& data, const std::vector<int64_t>& rows, size_t limit, bool sources) {
  std::map<uint8_t, std::vector<int64_t>> by_class;
  for (const int64_t row : rows) by_class[data.labels[static_cast<size_t>(row)]].push_back(row);
  for (auto& [label, members] : by_class) {
    if (sources) members = by_turns_of_sources(data, members);
  }
  std::vector<int64_t> chosen;
  for (size_t turn = 0; chosen.size() < limit; ++turn) {
    for (const auto& [label, members] : by_class) {
      if (turn < members.size() && chosen.size() < limit) chosen.push_back(members[turn]);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

size_t classes_among(const Dataset& data, const std::vector<int64_t>& rows) {
  std::set<uint8_t> labels;
  for (const int64_t row : rows) labels.insert(data.labels[static_cast<size_t>(row)]);
  return labels.size();
}

void limit_rows(const Dataset& data, const SplitOptions& options, const std::string& path, TrainingRows& all) {
  if (options.limit == 0) return;
  const auto limit = static_cast<size_t>(options.limit);
  const bool sources = options.limit_rule == LimitRule::kEvenlyInSources && sources_of(data).size() > 1;
  const bool evenly = options.limit_rule == LimitRule::kEvenly || options.limit_rule == LimitRule::kEvenlyInSources ||
                      (options.limit_rule == LimitRule::kEvenlyInFolders && !data.files.empty());
  for (auto& [rows, name] : {std::tie(all.train, all.train_name), std::tie(all.validation, all.validation_name),
                             std::tie(all.test, all.test_name)}) {
    if (rows.size() <= limit) continue;
    const size_t classes = classes_among(data, rows);
    if (evenly) {
      rows = of_all_classes(data, rows, limit, sources);
      all.notes.push_back(fmt::format("{}: --limit {}: pictures of {} taken evenly from all {} classes{}", path, limit,
                                      name, classes, sources ? ", and for each from all sources that have it" : ""));
      continue;
    }
    rows.resize(limit);
    if (limit > 1 && classes > 1 && classes_among(data, rows) == 1) {
      all.notes.push_back(fmt::format("{}: --limit {}: the first rows of {} are all of one class", path, limit, name));
    }
  }
}

// Of classes that the data have: a network cannot learn, or be judged by, what is not there.
void note_missing_classes(const Dataset& data, const std::string& path, TrainingRows& all) {
  const std::vector<std::string> nowhere = missing_classes(data, all_rows(data));
  for (const auto& [rows, name] : {std::tie(all.train, all.train_name), std::tie(all.validation, all.validation_name),
                                   std::tie(all.test, all.test_name)}) {
    if (rows.empty()) continue;
    std::vector<std::string> missing = missing_classes(data, rows);
    std::erase_if(missing,
                  [&](const std::string& c) { return std::find(nowhere.begin(), nowhere.end(), c) != nowhere.end(); });
    if (missing.empty()) continue;
    all.notes.push_back(fmt::format("{}: {} has no picture of {}", path, name, fmt::join(missing, ", ")));
  }
}

}  // namespace

TrainingRows choose_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  TrainingRows rows;
  // A folder with train alone, or with train and test: the validation part is held out of train.
  const bool no_validation = has_usage(data) && !data.files.empty() && !options.validation_usages.empty() &&
                             rows_with_usages(data, options.validation_usages).empty();
  if (options.official && has_usage(data) && (!no_validation || options.official_asked)) {
    rows = official_rows(data, options, path);
  } else if (options.official && options.official_asked) {
    throw Error(path + (data.files.empty()
                            ? ": no Usage column, so no official split (--split random makes one)"
                            : ": no folders train and val, so no official split (--split random makes one)"));
  } else {
    rows = random_rows(data, options, path);
    if (options.official) {
      rows.notes.push_back(fmt::format("{}: no {}: validating on a random {:g} % of {}", path,
                                       data.files.empty() ? "Usage column" : "folder for validation",
                                       100 * options.validation_share,
                                       data.files.empty() ? "the rows" : "the pictures"));
    }
  }
  limit_rows(data, options, path, rows);
  note_missing_classes(data, path, rows);
  return rows;
}

TrainingRows misclassified(const TrainingRows& rows, const SplitOptions& options, const Dataset& data,
                           const Model& model) {
  TrainingRows wrong = rows;
  wrong.train = misclassified_rows(model, data, rows.train);
  wrong.train_name = "wrong of " + rows.train_name;
  if (!rows.random) return wrong;
  const double share = 100 * options.validation_share;
  wrong.validation_name = fmt::format("{:.4g} % of the wrong of {}", share, rows.train_name);
  wrong.train_name = fmt::format("{:.4g} % of the wrong of {}", 100 - share, rows.train_name);
  Split split = random_split(wrong.train, options.validation_share, options.seed);
  wrong.train = std::move(split.train);
  wrong.validation = std::move(split.validation);
  if (wrong.validation.empty() && options.validation_share > 0) wrong.train.clear();
  return wrong;
}

TrainingRows wrong_by_model(const TrainingRows& rows, const Dataset& data, const std::string& path) {
  const Model model = load_model(path);
  const std::vector<std::string>& names = model.network.class_names;
  const bool same = names.empty()
                        ? class_count(model.network) == static_cast<int64_t>(data.class_names.size())
                        : std::ranges::equal(names, data.class_names, {}, canonical_class_name, canonical_class_name);
  if (!same) {
    throw Error(fmt::format("--wrong-only {}: expected a model of the classes that are trained ({}), found {}", path,
                            fmt::join(data.class_names, ", "),
                            names.empty() ? fmt::format("{} outputs without names", class_count(model.network))
                                          : fmt::format("{}", fmt::join(names, ", "))));
  }
  TrainingRows wrong = rows;
  wrong.train = misclassified_rows(model, data, rows.train);
  wrong.train_name = "wrong of " + rows.train_name;
  wrong.notes.push_back(fmt::format("--wrong-only {}: {} of {} pictures of {} are classified wrongly and trained on",
                                    path, grouped(static_cast<int64_t>(wrong.train.size())),
                                    grouped(static_cast<int64_t>(rows.train.size())), rows.train_name));
  return wrong;
}

std::vector<std::string> missing_classes(const Dataset& data, const std::vector<int64_t>& rows) {
  std::vector<std::string> missing;
  if (data.labels.empty()) return missing;
  std::vector<bool> found(data.class_names.size());
  for (const int64_t row : rows) {
    const uint8_t label = data.labels[static_cast<size_t>(row)];
    if (label < found.size()) found[label] = true;
  }
  for (size_t c = 0; c < found.size(); ++c) {
    if (!found[c]) missing.push_back(data.class_names[c]);
  }
  return missing;
}

std::vector<int64_t> class_counts(const Dataset& data, const std::vector<int64_t>& rows, int64_t classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const int64_t row : rows) {
    if (data.labels[row] < classes) ++counts[data.labels[row]];
  }
  return counts;
}

}  // namespace fer::cli
