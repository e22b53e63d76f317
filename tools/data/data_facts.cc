#include "tools/data/data_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "fer/sources.h"
#include "tools/cli/cli.h"
#include "tools/cli/csv.h"

namespace fer::cli {
namespace {

using nlohmann::ordered_json;

constexpr Usage kUsages[] = {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest, Usage::kNone};

std::string split_name(Usage usage) { return usage == Usage::kNone ? "pictures" : usage_name(usage); }

GroupFigures figures_of(const Dataset& data, const RowGroups& groups) {
  GroupFigures figures;
  for (const std::vector<int64_t>& group : groups) {
    std::set<Usage> usages;
    std::set<uint8_t> labels;
    for (const int64_t row : group) {
      usages.insert(data.usage[row]);
      if (!data.labels.empty()) labels.insert(data.labels[row]);
    }
    ++figures.groups;
    figures.pictures += static_cast<int64_t>(group.size());
    figures.across_splits += usages.size() > 1;
    figures.conflicting += labels.size() > 1;
    if (!usages.contains(Usage::kTraining)) continue;
    figures.leaked += std::count_if(group.begin(), group.end(), [&](int64_t row) {
      return data.usage[row] == Usage::kPublicTest || data.usage[row] == Usage::kPrivateTest;
    });
  }
  return figures;
}

std::vector<int64_t> counts_of(const Dataset& data, Usage usage, size_t classes, int64_t begin, int64_t end) {
  std::vector<int64_t> counts(classes);
  for (int64_t row = begin; row < end; ++row) {
    if (data.usage[row] == usage && data.takes_part(row)) ++counts[data.labels.empty() ? 0 : data.labels[row]];
  }
  return counts;
}

DataFacts facts_of_rows(const Dataset& data, const std::string& path, int64_t begin, int64_t end) {
  DataFacts facts;
  facts.path = path;
  facts.pictures = end - begin;
  facts.height = data.height;
  facts.width = data.width;
  facts.channels = data.channels;
  facts.class_names = data.labels.empty() ? std::vector<std::string>{"(no labels)"} : data.class_names;
  for (const Usage usage : kUsages) {
    std::vector<int64_t> counts = counts_of(data, usage, facts.class_names.size(), begin, end);
    if (std::all_of(counts.begin(), counts.end(), [](int64_t n) { return n == 0; })) continue;
    facts.splits.push_back(split_name(usage));
    facts.counts.push_back(std::move(counts));
  }
  facts.left_out = facts.pictures;
  for (size_t s = 0; s < facts.splits.size(); ++s) facts.left_out -= facts.count_of_split(s);
  return facts;
}

std::string groups_line(const char* what, const GroupFigures& g) {
  return fmt::format(
      "{}: {} pictures in {} groups; {} groups across splits ({} test pictures also in Training), {} with different "
      "labels\n",
      what, grouped(g.pictures), grouped(g.groups), grouped(g.across_splits), grouped(g.leaked),
      grouped(g.conflicting));
}

ordered_json groups_json(const GroupFigures& g) {
  return {{"groups", g.groups},
          {"pictures", g.pictures},
          {"groups_across_splits", g.across_splits},
          {"test_pictures_in_training", g.leaked},
          {"groups_with_different_labels", g.conflicting}};
}

}  // namespace

int64_t DataFacts::count_of_split(size_t split) const {
  return std::accumulate(counts[split].begin(), counts[split].end(), int64_t{0});
}

int64_t DataFacts::count_of_class(size_t label) const {
  int64_t sum = 0;
  for (const std::vector<int64_t>& split : counts) sum += split[label];
  return sum;
}

DataFacts data_facts(const Dataset& data, const std::string& path, const Duplicates* found) {
  DataFacts facts = facts_of_rows(data, path, 0, data.size());
  if (found == nullptr) return facts;
  facts.searched = true;
  facts.blank = static_cast<int64_t>(found->blank.size());
  facts.exact = figures_of(data, found->exact);
  facts.near = figures_of(data, found->near);
  return facts;
}

std::vector<DataFacts> facts_of_sources(const Dataset& data) {
  std::vector<DataFacts> facts;
  int64_t begin = 0;
  for (const SourceRows& source : sources_of(data)) {
    facts.push_back(facts_of_rows(data, source.name, begin, begin + source.rows));
    begin += source.rows;
  }
  return facts;
}
std::string facts_text(const DataFacts& facts) {
  std::string text = fmt::format("{}: {} pictures of {}x{}x{}\n\n", facts.path, grouped(facts.pictures), facts.height,
                                 facts.width, facts.channels);
  size_t width = 5;
  for (const std::string& name : facts.class_names) width = std::max(width, name.size());
  const auto line = [&](const std::string& name, const auto& cell, const std::string& last) {
    text += fmt::format("{:<{}}", name, width);
    for (size_t s = 0; s < facts.splits.size(); ++s) text += fmt::format("  {:>11}", cell(s));
    text += fmt::format("  {:>9}\n", last);
  };
  line(
      "class", [&](size_t s) { return facts.splits[s]; }, "total");
  for (size_t c = 0; c < facts.class_names.size(); ++c) {
    line(
        facts.class_names[c], [&](size_t s) { return grouped(facts.counts[s][c]); }, grouped(facts.count_of_class(c)));
  }
  line(
      "total", [&](size_t s) { return grouped(facts.count_of_split(s)); }, grouped(facts.pictures - facts.left_out));
  text += "\n";
  const auto share = [](int64_t count, int64_t of) {
    return of == 0 ? "-" : fmt::format("{:.1f} %", 100 * static_cast<double>(count) / static_cast<double>(of));
  };
  text += "share\n";
  for (size_t c = 0; c < facts.class_names.size(); ++c) {
    line(
        facts.class_names[c], [&](size_t s) { return share(facts.counts[s][c], facts.count_of_split(s)); },
        share(facts.count_of_class(c), facts.pictures - facts.left_out));
  }
  if (facts.left_out > 0)
    text += fmt::format("\nleft out: {} pictures without a class of these\n", grouped(facts.left_out));
  if (!facts.searched) return text;
  text += fmt::format("\nblank: {} pictures\n", grouped(facts.blank));
  text += groups_line("the same", facts.exact);
  text += groups_line("nearly the same, or the same", facts.near);
  return text;
}

namespace {

ordered_json json_of(const DataFacts& facts) {
  ordered_json classes = ordered_json::array();
  for (size_t c = 0; c < facts.class_names.size(); ++c) {
    ordered_json entry = {{"name", facts.class_names[c]}};
    for (size_t s = 0; s < facts.splits.size(); ++s) entry[facts.splits[s]] = facts.counts[s][c];
    entry["total"] = facts.count_of_class(c);
    const int64_t all = facts.pictures - facts.left_out;
    entry["share"] = all == 0 ? 0 : static_cast<double>(facts.count_of_class(c)) / static_cast<double>(all);
    classes.push_back(std::move(entry));
  }
  ordered_json json = {{"data", facts.path},     {"pictures", facts.pictures}, {"left_out", facts.left_out},
                       {"height", facts.height}, {"width", facts.width},       {"channels", facts.channels},
                       {"classes", classes}};
  if (facts.searched) {
    json["blank"] = facts.blank;
    json["same"] = groups_json(facts.exact);
    json["nearly_same"] = groups_json(facts.near);
  }
  return json;
}

}  // namespace

std::string facts_json(const DataFacts& facts, const std::vector<DataFacts>& sources) {
  ordered_json json = json_of(facts);
  for (const DataFacts& source : sources) json["sources"].push_back(json_of(source));
  return one_line(json);
}

std::string groups_csv(const Dataset& data, const Duplicates& found) {
  std::string text = "group,kind,row,usage,class,file\n";
  int64_t number = 0;
  const auto add = [&](const RowGroups& groups, const char* kind) {
    for (const std::vector<int64_t>& group : groups) {
      ++number;
      for (const int64_t row : group) {
        const bool named = !data.labels.empty() && data.labels[row] < data.class_names.size();
        text += fmt::format("{},{},{},{},{},{}\n", number, kind, row, usage_name(data.usage[row]),
                            named ? csv_cell(data.class_names[data.labels[row]]) : "",
                            data.files.empty() ? "" : csv_cell(data.files[row]));
      }
    }
  };
  add(found.exact, "same");
  add(found.near, "nearly");
  return text;
}

}  // namespace fer::cli
