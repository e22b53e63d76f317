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
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"

namespace fer::cli {
namespace {

TrainingRows official_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  TrainingRows rows{rows_with_usage(data, options.train_usage),
                    rows_with_usage(data, options.validation_usage),
                    false,
                    usage_name(options.train_usage),
                    usage_name(options.validation_usage),
                    {}};
  if (rows.train.empty() || rows.validation.empty()) {
    throw Error(fmt::format("{}: no row with Usage {} (--split random makes parts of its own)", path,
                            rows.train.empty() ? rows.train_name : rows.validation_name));
  }
  return rows;
}

bool takes_part(Usage usage, const SplitOptions& options) {
  if (usage == Usage::kNone) return true;
  if (options.of) return usage == *options.of;
  return options.private_test_too || usage != Usage::kPrivateTest;
}

TrainingRows random_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  std::vector<int64_t> candidates;
  for (const int64_t row : all_rows(data)) {
    if (takes_part(data.usage[row], options)) candidates.push_back(row);
  }
  if (candidates.empty())
    throw Error(path + ": expected pictures to train on, found none except those of the test part");
  Split split = random_split(candidates, options.validation_share, options.seed);
  if (options.unused_share > 0) split.train = random_split(split.train, options.unused_share, options.seed).train;
  if (split.train.empty() || (options.validation_share > 0 && split.validation.empty())) {
    throw Error(fmt::format("{}: {} rows are too few to validate on a share of {}", path, candidates.size(),
                            options.validation_share));
  }
  const double validation = options.validation_share, train = (1 - validation) * (1 - options.unused_share);
  const auto name = [](double share) { return fmt::format("random {:.4g} %", 100 * share); };
  return {std::move(split.train), std::move(split.validation), true, name(train), name(validation), {}};
}

// `limit` of the rows: one of every class in turn, as long as the class has one, in their order.
std::vector<int64_t> of_all_classes(const Dataset& data, const std::vector<int64_t>& rows, size_t limit) {
  std::map<uint8_t, std::vector<int64_t>> by_class;
  for (const int64_t row : rows) by_class[data.labels[static_cast<size_t>(row)]].push_back(row);
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
  const bool evenly = !data.files.empty() && !options.limit_of_first;
  for (auto& [rows, name] : {std::tie(all.train, all.train_name), std::tie(all.validation, all.validation_name)}) {
    if (rows.size() <= limit) continue;
    const size_t classes = classes_among(data, rows);
    if (evenly) {
      rows = of_all_classes(data, rows, limit);
      all.notes.push_back(
          fmt::format("{}: --limit {}: pictures of {} taken evenly from all {} classes", path, limit, name, classes));
      continue;
    }
    rows.resize(limit);
    if (limit > 1 && classes > 1 && classes_among(data, rows) == 1) {
      all.notes.push_back(fmt::format("{}: --limit {}: the first rows of {} are all of one class", path, limit, name));
    }
  }
}

}  // namespace

TrainingRows choose_rows(const Dataset& data, const SplitOptions& options, const std::string& path) {
  TrainingRows rows;
  // A folder with train alone, or with train and test: the validation part is held out of train.
  const bool no_validation =
      has_usage(data) && !data.files.empty() && rows_with_usage(data, options.validation_usage).empty();
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

std::vector<int64_t> class_counts(const Dataset& data, const std::vector<int64_t>& rows, int64_t classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const int64_t row : rows) {
    if (data.labels[row] < classes) ++counts[data.labels[row]];
  }
  return counts;
}

}  // namespace fer::cli
