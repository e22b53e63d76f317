#include "data/label_column.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "core/text.h"
#include "fer/class_names.h"
#include "fer/csv.h"
#include "fer/error.h"

namespace fer {
namespace data::csv {
namespace {

constexpr size_t kMostClasses = kNoLabel - 1;  // 254
constexpr size_t kLongestName = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_as_name(std::string_view text) {
  if (text.empty()) return false;
  const auto first = static_cast<unsigned char>(text[0]);
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80;
}

// Known names in fer2013's order where there are no others, else by their bytes: as classes of folders are.
std::vector<std::string> ordered(const std::vector<std::string>& names) {
  const std::set<std::string> all(names.begin(), names.end());
  std::vector<std::string> known;
  for (const std::string& name : known_class_names()) {
    if (all.contains(name)) known.push_back(name);
  }
  return known.size() == all.size() ? known : std::vector<std::string>(all.begin(), all.end());
}

}  // namespace

void Labels::clear() {
  codes.clear();
  names.clear();
}

bool Labels::append(const Labels& more) {
  std::vector<uint8_t> place(more.names.size());
  for (size_t i = 0; i < more.names.size(); ++i) {
    const auto found = std::find(names.begin(), names.end(), more.names[i]);
    if (found == names.end() && names.size() == kMostClasses) return false;
    place[i] = static_cast<uint8_t>(found - names.begin());
    if (found == names.end()) names.push_back(more.names[i]);
  }
  for (const uint8_t code : more.codes) codes.push_back(more.names.empty() ? code : place[code]);
  return true;
}

LabelRule::LabelRule() : names_(known_class_names()) {}

LabelRule::LabelRule(const std::vector<std::string>& names_of_numbers)
    : names_(names_of_numbers.empty() ? known_class_names() : names_of_numbers), own_(!names_of_numbers.empty()) {}

void LabelRule::decide(Field first) { by_name_ = !own_ && begins_as_name(trimmed(first).text); }

std::string LabelRule::expected_numbers() const {
  if (!own_ || std::find(names_.begin(), names_.end(), "") == names_.end()) {
    return "a whole number of 0 to " + std::to_string(names_.size() - 1);
  }
  std::string text = "one of";
  for (size_t i = 0; i < names_.size(); ++i) {
    if (!names_[i].empty()) text += (text.ends_with("of") ? " " : ", ") + std::to_string(i);
  }
  return text;
}

std::optional<Mistake> LabelRule::parse(Field field, Labels& labels) const {
  field = trimmed(field);
  return by_name_ ? parse_name(field, labels) : parse_number(field, labels);
}

std::optional<Mistake> LabelRule::parse_number(const Field& field, Labels& labels) const {
  const std::string_view text = field.text;
  bool good = !text.empty() && text.size() <= 3 && (text.size() == 1 || text[0] != '0');
  size_t number = 0;
  for (const char c : text) {
    good = good && is_digit(c);
    if (good) number = number * 10 + static_cast<size_t>(c - '0');
  }
  if (!good || number >= names_.size() || names_[number].empty()) {
    return Mistake{field.offset, column_ + ", expected " + expected_numbers() + ", found " + shown(text)};
  }
  labels.codes.push_back(static_cast<uint8_t>(number));
  return std::nullopt;
}

std::optional<Mistake> LabelRule::parse_name(const Field& field, Labels& labels) const {
  const bool plain = std::none_of(field.text.begin(), field.text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f;
  });
  if (!begins_as_name(field.text) || field.text.size() > kLongestName || !plain || !core::is_utf8(field.text)) {
    return Mistake{field.offset,
                   column_ + ", expected the name of a class as in the first row, found " + shown(field.text)};
  }
  const std::string name = canonical_class_name(field.text);
  const auto found = std::find(labels.names.begin(), labels.names.end(), name);
  if (found == labels.names.end()) {
    if (labels.names.size() == kMostClasses) {
      return Mistake{field.offset, column_ + ", expected the names of at most 254 classes, found more"};
    }
    labels.codes.push_back(static_cast<uint8_t>(labels.names.size()));
    labels.names.push_back(name);
  } else {
    labels.codes.push_back(static_cast<uint8_t>(found - labels.names.begin()));
  }
  return std::nullopt;
}

void LabelRule::finish(const Labels& labels, Dataset& data) const {
  const std::vector<std::string>& found = by_name_ ? labels.names : names_;
  std::vector<uint8_t> label_of(found.size(), kNoLabel);
  if (by_name_) {
    data.class_names = ordered(found);
    for (size_t i = 0; i < found.size(); ++i) {
      label_of[i] = static_cast<uint8_t>(std::find(data.class_names.begin(), data.class_names.end(), found[i]) -
                                         data.class_names.begin());
    }
  } else {
    // Contempt is a class of the file where it has a label 7.
    const bool contempt = std::find(labels.codes.begin(), labels.codes.end(), 7) != labels.codes.end();
    const size_t count = own_ || contempt ? found.size() : fer2013_class_names().size();
    data.class_names.clear();
    for (size_t i = 0; i < count; ++i) {
      if (found[i].empty()) continue;
      label_of[i] = static_cast<uint8_t>(data.class_names.size());
      data.class_names.push_back(found[i]);
    }
  }
  data.labels.resize(labels.codes.size());
  for (size_t i = 0; i < labels.codes.size(); ++i) data.labels[i] = label_of[labels.codes[i]];
}

}  // namespace data::csv

std::vector<std::string> parse_label_names(std::string_view text) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = core::trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    size_t number = names.size();
    const size_t equals = part.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view digits = core::trimmed(part.substr(0, equals));
      const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (error != std::errc() || stop != digits.data() + digits.size() || number >= data::csv::kMostClasses) {
        throw Error("label names: expected a number of 0 to 253 before =, found \"" + std::string(part) + "\"");
      }
      part = core::trimmed(part.substr(equals + 1));
    }
    if (part.empty()) throw Error("label names: expected a name, found nothing in \"" + std::string(text) + "\"");
    const std::string name = canonical_class_name(part);
    if (!seen.insert(name).second) throw Error("label names: expected each name once, found \"" + name + "\" again");
    if (number >= data::csv::kMostClasses) throw Error("label names: expected at most 254 names, found more");
    if (names.size() <= number) names.resize(number + 1);
    if (!names[number].empty()) {
      throw Error("label names: expected each number once, found " + std::to_string(number) + " again");
    }
    names[number] = name;
  }
  return names;
}

void name_numbered_classes(Dataset& data, const std::vector<std::string>& names) {
  std::vector<size_t> number_of(data.class_names.size());
  for (size_t c = 0; c < number_of.size(); ++c) {
    const std::string& name = data.class_names[c];
    const size_t digits = name.find_last_not_of("0123456789") + 1;  // "class003"
    const auto [stop, error] = std::from_chars(name.data() + digits, name.data() + name.size(), number_of[c]);
    if (error != std::errc() || number_of[c] >= names.size() || names[number_of[c]].empty()) {
      throw Error("label names: expected one for each class, found none for \"" + name + "\"");
    }
  }
  std::vector<uint8_t> label_of(names.size(), kNoLabel);
  std::vector<std::string> found;
  for (size_t number = 0; number < names.size(); ++number) {
    if (std::find(number_of.begin(), number_of.end(), number) == number_of.end()) continue;
    label_of[number] = static_cast<uint8_t>(found.size());
    found.push_back(names[number]);
  }
  for (uint8_t& label : data.labels) {
    if (label != kNoLabel) label = label_of[number_of[label]];
  }
  data.class_names = std::move(found);
}

std::vector<std::string> notes_on_labels(const Dataset& data, const CsvOptions& options) {
  std::vector<std::string> notes;
  if (data.labels.empty() || !data.files.empty()) return notes;
  const auto list = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  const bool numbers = options.label_names.empty() && data.class_names.size() >= fer2013_class_names().size() &&
                       std::equal(fer2013_class_names().begin(), fer2013_class_names().end(), data.class_names.begin());
  std::vector<std::string> missing;
  for (size_t c = 0; c < data.class_names.size(); ++c) {
    if (std::find(data.labels.begin(), data.labels.end(), static_cast<uint8_t>(c)) == data.labels.end()) {
      missing.push_back((numbers ? std::to_string(c) + " (" : "") + data.class_names[c] + (numbers ? ")" : ""));
    }
  }
  if (numbers && !missing.empty()) {
    notes.push_back("no picture has label " + list(missing) +
                    ": if the labels were renumbered, --label-names says what 0, 1, 2, ... mean");
  } else if (!missing.empty()) {
    notes.push_back("no picture is of class " + list(missing));
  }
  if (numbers && data.class_names.size() > fer2013_class_names().size()) {
    notes.push_back("has label 7, contempt, as CK+ and FER+ have it: " + std::to_string(data.class_names.size()) +
                    " classes (" + list(data.class_names) + ")");
  }
  return notes;
}

}  // namespace fer
