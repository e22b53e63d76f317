#include "tools/data/data_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "fer/csv.h"
#include "fer/error.h"
#include "fer/ferplus.h"
#include "fer/picture_folder.h"
#include "fer/sources.h"

namespace fer::cli {
namespace {

std::string named(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

void name_folders(OpenedData& opened, const DataOptions& options) {
  try {
    name_numbered_classes(opened.data, options.label_names);
  } catch (const Error& error) {
    throw Error(opened.path + ": " + error.what());
  }
}

OpenedData open_folder(const std::string& path, const DataOptions& options, const Shape& input) {
  if (input.dims().size() != 3 || (input[2] != 1 && input[2] != 3)) {
    throw Error(fmt::format("{}: expected a network for pictures, found one that takes {}", path, input.to_string()));
  }
  PictureFolder folder = read_picture_folder(path, {.height = input[0],
                                                    .width = input[1],
                                                    .channels = input[2],
                                                    .skip_bad = options.skip_bad,
                                                    .memory_bytes = options.memory_bytes,
                                                    .cache_dir = options.cache_dir,
                                                    .on_note = note});
  OpenedData opened{path, std::move(folder.data), {}, {}};
  if (!options.label_names.empty()) name_folders(opened, options);
  for (const std::string& line : folder.notes) opened.notes.push_back(line);
  for (const BadPicture& bad : folder.bad) opened.notes.push_back(bad.path + ": left out: " + bad.reason);
  if (!folder.bad.empty()) {
    opened.notes.push_back(
        fmt::format("{}: pictures left out: {}, read: {}", path, folder.bad.size(), grouped(opened.data.size())));
  }
  for (const auto& [test, count] : folder.without_classes) {
    opened.notes.push_back(fmt::format(
        "{}: {} pictures without folders of classes, and so without labels, left out (fer-predict reads them)", test,
        grouped(count)));
  }
  if (folder.other_files > 0) {
    opened.notes.push_back(fmt::format("{}: files that are no pictures, passed over: {}", path, folder.other_files));
  }
  return opened;
}

void use_ferplus(OpenedData& opened, const DataOptions& options) {
  const int64_t dropped = apply_ferplus(opened.data, read_ferplus(options.ferplus), options.ferplus,
                                        options.ferplus_soft ? &opened.soft_targets : nullptr);
  opened.notes.push_back(fmt::format("{}: {} of {} pictures have no {} and are left out", options.ferplus,
                                     grouped(dropped), grouped(opened.data.size()),
                                     options.ferplus_soft ? "majority for any emotions" : "majority"));
}

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto canonical = [](const std::vector<std::string>& names) {
    std::multiset<std::string> all;
    for (const std::string& name : names) all.insert(canonical_class_name(name));
    return all;
  };
  return canonical(a) == canonical(b);
}

// The `count` classes with the most pictures, in label order.
std::vector<std::string> largest_classes(const Dataset& data, size_t count) {
  std::vector<int64_t> pictures(data.class_names.size()), order(data.class_names.size());
  for (const uint8_t label : data.labels) {
    if (label < pictures.size()) ++pictures[label];
  }
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return pictures[a] > pictures[b]; });
  order.resize(std::min(order.size(), count));
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  names.reserve(order.size());
  for (const int64_t c : order) names.push_back(data.class_names[c]);
  return names;
}

// A value of --classes that would fit this network.
std::string proposal(const Dataset& data, const Network& network) {
  const auto map = class_map(data.class_names, rules_of_names(network.class_names));
  const auto found = std::count_if(map.begin(), map.end(), [](uint8_t c) { return c != kNoLabel; });
  const bool known = !network.class_names.empty() && found == static_cast<int64_t>(network.class_names.size());
  if (known) return fmt::format("{}", fmt::join(network.class_names, ","));
  std::vector<std::string> names = largest_classes(data, static_cast<size_t>(class_count(network)));
  for (std::string& name : names) name = escaped_class_name(name);
  const std::string all = fmt::format("{}", fmt::join(names, ","));
  return all.find('\\') == std::string::npos ? all : "'" + all + "'";
}

void refuse_counts(const OpenedData& opened, const Network& network) {
  const Dataset& data = opened.data;
  const int64_t outputs = class_count(network);
  if (outputs < 2) {
    throw Error(fmt::format(
        "{}: {} classes ({}), but network {} has 1 output, which tells no classes apart: give its last "
        "layer {} units, one per class",
        opened.path, data.class_names.size(), named(data.class_names), shown_name(network), data.class_names.size()));
  }
  const bool too_few = static_cast<int64_t>(data.class_names.size()) < outputs;
  throw Error(fmt::format(
      "{}: {} classes ({}), but network {} has {} outputs: --classes {} {}", opened.path, data.class_names.size(),
      named(data.class_names), shown_name(network), outputs, proposal(data, network),
      too_few ? fmt::format("gives it {}", data.class_names.size()) : "chooses among them, a+b merges two"));
}

void note_dropped(OpenedData& opened, int64_t dropped, const std::vector<std::string>& names_before,
                  const std::vector<ClassRule>& rules) {
  if (dropped == 0) return;
  const std::vector<uint8_t> map = class_map(names_before, rules);
  std::vector<std::string> names;
  for (size_t c = 0; c < map.size(); ++c) {
    if (map[c] == kNoLabel) names.push_back(names_before[c]);
  }
  opened.notes.push_back(
      fmt::format("{}: {} pictures of other classes ({}) left out", opened.path, grouped(dropped), named(names)));
}

// For as many classes as the network has outputs: in its order where they have the same names, under its names where it
// has its own for numbered labels, else as they are.
std::vector<ClassRule> rules_by_network(const Dataset& data, const Network& network) {
  const std::vector<std::string>& names = network.class_names;
  if (same_names(data.class_names, names)) return rules_of_names(names);
  const std::vector<uint8_t> map = class_map(data.class_names, rules_of_names(names));
  const bool own = std::all_of(map.begin(), map.end(), [](uint8_t c) { return c == kNoLabel; });
  std::vector<ClassRule> rules = rules_of_names(data.class_names);
  for (size_t c = 0; c < names.size() && own && data.files.empty(); ++c) rules[c].name = names[c];
  return rules;
}

// Whether the network names its outputs, and the data have a class, and more, for each of them.
bool chooses_among(const Dataset& data, const Network& network) {
  const std::vector<std::string>& names = network.class_names;
  if (names.empty() || names.size() >= data.class_names.size()) return false;
  const std::vector<uint8_t> map = class_map(data.class_names, rules_of_names(names));
  const std::set<uint8_t> found(map.begin(), map.end());
  return found.size() - found.count(kNoLabel) == names.size();
}

// The classes of a network without --classes.
std::vector<ClassRule> rules_without_option(OpenedData& opened, const DataOptions& options, const Network& network) {
  const std::vector<std::string>&own = network.class_names, found = opened.data.class_names;
  if (static_cast<int64_t>(found.size()) == class_count(network)) {
    std::vector<ClassRule> rules = rules_by_network(opened.data, network);
    std::vector<std::string> taken(rules.size());
    std::ranges::transform(rules, taken.begin(), [](const ClassRule& rule) { return rule.name; });
    if (!own.empty() && !same_names(found, own)) {
      opened.notes.push_back(fmt::format(
          "{}: classes {}, but network {} names its outputs {}: {}", opened.path, named(found), shown_name(network),
          named(own), taken == own ? "the names are taken for those, in this order" : "it gets the names of the data"));
    }
    return rules;
  }
  if (!options.ferplus.empty()) return rules_of_names(found);
  if (!chooses_among(opened.data, network)) refuse_counts(opened, network);
  opened.notes.push_back(
      fmt::format("{}: {} classes: network {} learns the {} that it names ({}); --classes says otherwise", opened.path,
                  found.size(), shown_name(network), own.size(), named(own)));
  return rules_of_names(own);
}

}  // namespace

void apply_class_rules(OpenedData& opened, const std::vector<ClassRule>& rules, bool all_needed) {
  const std::vector<std::string> names = opened.data.class_names;
  try {
    const int64_t dropped = apply_classes(opened.data, rules, all_needed, &opened.soft_targets);
    note_dropped(opened, dropped, names, rules);
  } catch (const Error& error) {
    throw Error(opened.path + ": " + error.what());
  }
}

void declare_data_options(cxxopts::OptionAdder& add, bool training) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  add("skip-bad", "Leave out pictures of a folder whose bytes are bad");
  add("label-names", "What the labels 0, 1, 2, ... mean, or NUMBER=NAME; also for folders named by numbers", text(),
      "A,B,...");
  add("label-column", "The column of labels in a CSV file: its name, first or last", text(), "NAME");
  add("ferplus", "Take the labels of fer2013.csv from FER+'s votes in FILE", text(), "FILE");
  if (!training) return;
  add("ferplus-labels", "How votes become labels: majority, or soft for distributions",
      text()->default_value("majority"), "KIND");
  add("classes", "Use only these classes, in this order; a+b merges two, name=a+b names the result", text(), "A,B,...");
}

void declare_cache_option(cxxopts::OptionAdder& add) {
  add("cache", "Keep the decoded, fitted pictures of folders in DIR, and use those kept there",
      cxxopts::value<std::string>(), "DIR");
}

DataOptions read_data_options(const Arguments& arguments) {
  DataOptions options;
  options.skip_bad = arguments.flag("skip-bad");
  if (arguments.has("label-names")) {
    try {
      options.label_names = parse_label_names(arguments.text("label-names"));
    } catch (const Error& error) {
      throw UsageError(std::string("--label-names: ") + error.what());
    }
  }
  if (arguments.has("label-column")) options.label_column = arguments.text("label-column");
  if (arguments.has("cache")) {
    options.cache_dir = arguments.text("cache");
    if (options.cache_dir.empty()) throw UsageError("--cache: expected a folder, found an empty name");
  }
  if (arguments.has("ferplus")) options.ferplus = arguments.text("ferplus");
  if (arguments.has("ferplus-labels")) {
    options.ferplus_soft = arguments.choice("ferplus-labels", {"majority", "soft"}) == "soft";
    if (options.ferplus.empty()) throw UsageError("--ferplus-labels: expected --ferplus FILE beside it");
  }
  if (arguments.has("classes")) options.classes = arguments.text("classes");
  return options;
}

OpenedData open_data(const std::string& path, const DataOptions& options, const Shape& input, bool labels_needed) {
  if (is_folder(path)) {
    if (!options.ferplus.empty()) throw Error(path + ": --ferplus goes with fer2013.csv, found a folder");
    return open_folder(path, options, input);
  }
  const CsvOptions csv = {.require_labels = labels_needed && options.ferplus.empty(),
                          .label_names = options.label_names,
                          .label_column = options.label_column};
  OpenedData opened{path, read_table(path, csv), {}, {}};
  if (!options.ferplus.empty()) {
    use_ferplus(opened, options);
  } else {
    for (const std::string& note : notes_on_labels(opened.data, csv)) opened.notes.push_back(path + ": " + note);
  }
  if (!options.cache_dir.empty()) {
    opened.notes.push_back(path + ": --cache is for folders: the pictures of a table are in memory");
  }
  return opened;
}

std::string name_of_sources(const std::vector<std::string>& paths) {
  return fmt::format("{}", fmt::join(paths, " + "));
}

OpenedData open_sources(const std::vector<std::string>& paths, const DataOptions& options, const Shape& input,
                        bool labels_needed) {
  if (paths.size() == 1) return open_data(paths[0], options, input, labels_needed);
  const auto tables =
      std::count_if(paths.begin(), paths.end(), [](const std::string& path) { return !is_folder(path); });
  if (!options.ferplus.empty() && tables != 1) {
    throw Error(fmt::format("--ferplus: expected one CSV file among the sources, found {}", tables));
  }
  if (options.ferplus_soft) throw Error("--ferplus-labels soft: expected one source, fer2013.csv, found several");
  OpenedData all{name_of_sources(paths), {}, {}, {}};
  std::vector<Dataset> parts;
  int64_t memory = options.memory_bytes;
  for (const std::string& path : paths) {
    DataOptions own = options;
    own.memory_bytes = std::max<int64_t>(memory, 0);
    if (is_folder(path)) own.ferplus.clear();
    OpenedData opened = open_data(path, own, input, labels_needed);
    if (!opened.data.files.empty()) memory -= static_cast<int64_t>(opened.data.pixels.size());
    all.notes.insert(all.notes.end(), opened.notes.begin(), opened.notes.end());
    parts.push_back(std::move(opened.data));
  }
  all.data = join_sources(std::move(parts), paths, input);
  return all;
}

void choose_classes(OpenedData& opened, const Arguments& arguments) {
  if (arguments.has("classes")) apply_class_rules(opened, parse_classes(arguments.text("classes")), true);
}

std::vector<ClassRule> match_classes(OpenedData& opened, const DataOptions& options, Network& network) {
  const int64_t outputs = class_count(network);
  std::vector<ClassRule> rules =
      options.classes.empty() ? rules_without_option(opened, options, network) : parse_classes(options.classes);
  apply_class_rules(opened, rules, true);
  network = with_classes(std::move(network), opened.data.class_names);
  if (class_count(network) != outputs) {
    opened.notes.push_back(fmt::format("network {}: gets {} outputs instead of {}, one per class", shown_name(network),
                                       class_count(network), outputs));
  }
  return rules;
}

void apply_model_classes(OpenedData& opened, const Model& model) {
  const Dataset& data = opened.data;
  if (data.labels.empty()) return;
  const std::vector<ClassRule> rules =
      model.classes.empty() ? rules_of_names(model.network.class_names) : model.classes;
  const std::vector<uint8_t> map = class_map(data.class_names, rules);
  const bool any = std::any_of(map.begin(), map.end(), [](uint8_t c) { return c != kNoLabel; });
  const int64_t outputs = class_count(model.network);
  if (any) {
    apply_class_rules(opened, rules, false);
  } else if (!rules.empty() || static_cast<int64_t>(data.class_names.size()) != outputs) {
    throw Error(fmt::format("{}: expected some of the model's {} classes ({}), found {}", opened.path, outputs,
                            rules.empty() ? "without names" : named(model.network.class_names),
                            named(data.class_names)));
  } else {
    opened.notes.push_back(fmt::format("the model has no class names: its classes are taken to be {}, in this order",
                                       fmt::join(data.class_names, ", ")));
  }
}

void print_notes(const std::string& program, const OpenedData& opened) {
  for (const std::string& line : opened.notes) note(fmt::format("{}: {}", program, line));
}

}  // namespace fer::cli
