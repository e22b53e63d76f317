#include "fer/classes.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "fer/error.h"

namespace fer {
namespace {

// Where `wanted` stands without a backslash in front, or the end.
size_t find_plain(std::string_view text, char wanted, size_t begin = 0) {
  for (size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == wanted) {
      return i;
    }
  }
  return text.size();
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = find_plain(text, separator, begin);
    parts.push_back(core::trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

std::string without_backslashes(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

void add_sources(ClassRule& rule, std::string_view text, std::set<std::string>& used) {
  for (const std::string_view part : split(text, '+')) {
    std::string source = without_backslashes(part);
    if (source.empty()) throw Error("classes: expected a name, found nothing in \"" + rule.name + "\"");
    if (!used.insert(canonical_class_name(source)).second) {
      throw Error("classes: expected each class once, found \"" + source + "\" again");
    }
    rule.sources.push_back(std::move(source));
  }
}

ClassRule parse_rule(std::string_view text, std::set<std::string>& used) {
  const size_t equals = find_plain(text, '=');
  ClassRule rule;
  rule.name = without_backslashes(core::trimmed(text.substr(0, equals)));
  if (rule.name.empty()) throw Error("classes: expected a name, found \"" + std::string(text) + "\"");
  add_sources(rule, equals == text.size() ? text : text.substr(equals + 1), used);
  return rule;
}

// "a+b", made of a and b: data in which the two are merged already have one class of that name.
bool is_named_after_its_sources(const ClassRule& rule) {
  std::string joined;
  for (const std::string& source : rule.sources) joined += (joined.empty() ? "" : "+") + source;
  return rule.sources.size() > 1 && joined == rule.name;
}

void check_sources(const std::vector<std::string>& class_names, const std::vector<ClassRule>& rules) {
  std::set<std::string> known;
  std::string all;
  for (const std::string& name : class_names) {
    known.insert(canonical_class_name(name));
    all += (all.empty() ? "" : ", ") + name;
  }
  for (const ClassRule& rule : rules) {
    if (is_named_after_its_sources(rule) && known.contains(canonical_class_name(rule.name))) continue;
    for (const std::string& source : rule.sources) {
      if (known.contains(canonical_class_name(source))) continue;
      throw Error("classes: expected classes of the data (" + all + "), found \"" + source + "\"");
    }
  }
}

// One row of targets: merged, dropped ones taken out, the rest scaled to sum to 1. Returns false where nothing is left.
bool map_target(std::span<const float> from, const std::vector<uint8_t>& map, std::span<float> to) {
  std::fill(to.begin(), to.end(), 0.0f);
  float sum = 0;
  for (size_t c = 0; c < from.size(); ++c) {
    if (map[c] == kNoLabel) continue;
    to[map[c]] += from[c];
    sum += from[c];
  }
  for (float& y : to) y = sum > 0 ? y / sum : 0;
  return sum > 0;
}

void map_targets(Dataset& data, const std::vector<uint8_t>& map, size_t classes, std::vector<float>& targets) {
  const size_t before = map.size();
  std::vector<float> mapped(static_cast<size_t>(data.size()) * classes);
  for (size_t i = 0; i < static_cast<size_t>(data.size()); ++i) {
    const std::span<float> to = std::span(mapped).subspan(i * classes, classes);
    const bool kept = map_target(std::span(targets).subspan(i * before, before), map, to);
    if (data.labels[i] == kNoLabel) continue;
    const auto largest = std::max_element(to.begin(), to.end()) - to.begin();
    data.labels[i] = kept ? static_cast<uint8_t>(largest) : kNoLabel;
  }
  targets = std::move(mapped);
}

}  // namespace

std::vector<ClassRule> parse_classes(std::string_view text) {
  std::vector<ClassRule> rules;
  std::set<std::string> used, names;
  for (const std::string_view part : split(text, ',')) {
    rules.push_back(parse_rule(part, used));
    if (!names.insert(canonical_class_name(rules.back().name)).second) {
      throw Error("classes: expected each name once, found \"" + rules.back().name + "\" again");
    }
  }
  if (rules.size() >= kNoLabel) {
    throw Error("classes: expected at most 254 classes, found " + std::to_string(rules.size()));
  }
  return rules;
}

std::string escaped_class_name(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (std::string_view("\\,+=").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text;
}

std::vector<ClassRule> rules_of_names(const std::vector<std::string>& names) {
  std::vector<ClassRule> rules;
  for (const std::string& name : names) {
    ClassRule& rule = rules.emplace_back();
    rule.name = name;
    for (size_t begin = 0; begin <= name.size();) {
      const size_t end = std::min(name.find('+', begin), name.size());
      rule.sources.emplace_back(core::trimmed(std::string_view(name).substr(begin, end - begin)));
      begin = end + 1;
    }
  }
  return rules;
}

std::vector<uint8_t> class_map(const std::vector<std::string>& class_names, const std::vector<ClassRule>& rules) {
  std::map<std::string, uint8_t> takers;
  for (size_t r = 0; r < rules.size(); ++r) {
    for (const std::string& source : rules[r].sources) {
      takers.emplace(canonical_class_name(source), static_cast<uint8_t>(r));
    }
  }
  for (size_t r = 0; r < rules.size(); ++r) {
    if (is_named_after_its_sources(rules[r])) {
      takers.emplace(canonical_class_name(rules[r].name), static_cast<uint8_t>(r));
    }
  }
  std::vector<uint8_t> map;
  for (const std::string& name : class_names) {
    const auto found = takers.find(canonical_class_name(name));
    map.push_back(found == takers.end() ? kNoLabel : found->second);
  }
  return map;
}

int64_t apply_classes(Dataset& data, const std::vector<ClassRule>& rules, bool all_needed,
                      std::vector<float>* soft_targets) {
  if (all_needed) check_sources(data.class_names, rules);
  const std::vector<uint8_t> map = class_map(data.class_names, rules);
  const auto before = std::count(data.labels.begin(), data.labels.end(), kNoLabel);
  if (soft_targets != nullptr && !soft_targets->empty()) {
    map_targets(data, map, rules.size(), *soft_targets);
  } else {
    for (uint8_t& label : data.labels) label = label < map.size() ? map[label] : kNoLabel;
  }
  data.class_names.clear();
  for (const ClassRule& rule : rules) data.class_names.push_back(rule.name);
  return std::count(data.labels.begin(), data.labels.end(), kNoLabel) - before;
}

}  // namespace fer
