#include "train/config/field.h"

#include <fmt/format.h>

#include <cstring>

#include "core/text.h"
#include "train/config/field_values.h"

namespace fer::train {
namespace {

std::string number_expected(const char* kind, const Range& range) {
  const std::string text = range.text();
  return text.empty() ? kind : std::string(kind) + " " + text;
}

std::string size_expected(const Range& range) { return number_expected("N or HxW, each", range); }
std::string rates_expected(const Range& range) { return number_expected("LAYER=FACTOR,..., each factor", range); }
std::string sizes_expected(const Range& range) {
  return number_expected("SIZE:SHARE,... (shares sum to 1), sizes", range);
}
std::string interval_expected(const Range& range) { return number_expected("MIN,MAX in this order, each", range); }

std::string head_of(const std::string& path) { return path.substr(0, path.find('.')); }

}  // namespace

bool Range::contains(double value) const {
  if (without_zero && value == 0) return false;
  return (without_lowest ? value > lowest : value >= lowest) && (without_highest ? value < highest : value <= highest);
}

std::string Range::text() const {
  if (without_zero) return "other than 0";
  if (std::isinf(lowest) && std::isinf(highest)) return "";
  if (!without_lowest && !without_highest && !std::isinf(highest)) {
    return fmt::format("from {} to {}", number_text(lowest), number_text(highest));
  }
  std::string text = fmt::format("{} {}", without_lowest ? "above" : "of at least", number_text(lowest));
  if (!std::isinf(highest)) {
    text += fmt::format(" and {} {}", without_highest ? "below" : "at most", number_text(highest));
  }
  return text;
}

const Field* find_field(Fields fields, const std::string& path) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.path == path; });
  return found == fields.end() ? nullptr : &*found;
}

const Field* parent_of(Fields fields, const Field& field) {
  const Field* parent = find_field(fields, head_of(field.path) + ".name");
  return parent == &field ? nullptr : parent;
}

const char* member_name(const Field& field) {
  const char* dot = std::strrchr(field.path, '.');
  return dot == nullptr ? field.path : dot + 1;
}

std::string one_of(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text;
}

bool applies(const Place& place) { return !std::holds_alternative<std::monostate>(place); }

std::string expected_text(const Field& field, const Place& place) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); }, [](bool*) { return std::string("true or false"); },
                 [&](int64_t*) { return number_expected("a whole number", field.range); },
                 [](uint64_t*) { return std::string("a whole number of at least 0 and below 2^64"); },
                 [&](float*) { return number_expected("a number", field.range); },
                 [&](double*) { return number_expected("a number", field.range); },
                 [](std::string*) { return std::string("a path"); },
                 [&](std::vector<double>*) {
                   return number_expected((std::string("one number per ") + field.per + ", each").c_str(), field.range);
                 },
                 [](std::vector<std::string>*) { return std::string("paths with commas between"); },
                 [](Views*) { return std::string("none, or some of flip, five, ten, shifts, dense with + between"); },
                 [&](std::vector<LayerRate>*) { return rates_expected(field.range); },
                 [&](std::vector<SizeShare>*) { return sizes_expected(field.range); },
                 [&](PictureSize*) { return size_expected(field.range); },
                 [&](Interval*) { return interval_expected(field.range); },
                 [](LayerList) { return std::string("layers: names, conv*, A..B or a count of the first"); },
                 [](const Choice& choice) { return one_of(choice.names); }},
      place);
}

void check_value(const Field& field, const Place& place, const std::string& where) {
  const auto check = [&](auto value) {
    if (!fits(field.range, value)) fail(where, expected_text(field, place), fmt::format("{}", value));
  };
  std::visit(Overloaded{[](std::monostate) {}, [](bool*) {}, [](std::string*) {}, [](uint64_t*) {},
                        [&](std::vector<double>* values) { std::for_each(values->begin(), values->end(), check); },
                        [&](Views* views) {
                          if (views->mean != ViewMean::kProbabilities) {
                            fail(where, "the mean of the views' probabilities", "that of their logits");
                          }
                        },
                        [&](LayerList list) {
                          for (const std::string& entry : *list.entries) {
                            if (entry.empty()) fail(where, expected_text(field, place), "an empty one");
                          }
                        },
                        [&](std::vector<std::string>* paths) {
                          for (const std::string& path : *paths) {
                            if (path.empty() || !core::is_utf8(path)) {
                              fail(where, "paths in UTF-8, none of them empty", fmt::format("\"{}\"", path));
                            }
                          }
                        },
                        [&](std::vector<LayerRate>* rates) {
                          for (const LayerRate& rate : *rates) check(rate.factor);
                          refuse_repeated(*rates, where);
                        },
                        [&](std::vector<SizeShare>* sizes) {
                          for (const SizeShare& part : *sizes) {
                            check(part.size.height);
                            check(part.size.width);
                          }
                          if (!shares_sum_to_one(*sizes)) fail(where, expected_text(field, place), sizes_text(*sizes));
                        },
                        [&](PictureSize* size) {
                          if (!size->given()) return;
                          check(size->height);
                          check(size->width);
                        },
                        [&](Interval* interval) {
                          check(interval->low);
                          check(interval->high);
                          if (interval->low > interval->high) {
                            fail(where, expected_text(field, place), value_text(place));
                          }
                        },
                        [&](const Choice& choice) {
                          if (!known(choice, choice.now))
                            fail(where, one_of(choice.names), fmt::format("\"{}\"", choice.now));
                        },
                        [&](auto* number) { check(*number); }},
             place);
}

}  // namespace fer::train
