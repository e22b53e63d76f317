#include "train/config/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>

#include "core/text.h"
#include "fer/error.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "train/config/path_list.h"

namespace fer::train {
namespace {

using nlohmann::json;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

[[noreturn]] void fail(const std::string& where, const std::string& expected, const std::string& found) {
  throw Error(where + ": expected " + expected + ", found " + found);
}

bool known(const Choice& choice, const std::string& name) {
  return std::find(choice.names.begin(), choice.names.end(), name) != choice.names.end();
}

Views views_named(const std::string& text, const std::string& where) {
  try {
    return views_from_name(text);
  } catch (const Error& error) {
    throw Error(where + ": " + error.what());
  }
}

template <class T>
bool fits(const Range& range, T value) {
  return std::isfinite(static_cast<double>(value)) && range.contains(static_cast<double>(value));
}

// The whole of `text` as a T. Floats are read as doubles are and rounded to floats.
template <class T>
bool parse(std::string_view text, T& value) {
  std::conditional_t<std::is_same_v<T, float>, double, T> number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  value = static_cast<T>(number);
  return error == std::errc() && stop == text.data() + text.size();
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string_view part = text.substr(begin, end - begin);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

std::string number_expected(const char* kind, const Range& range) {
  const std::string text = range.text();
  return text.empty() ? kind : std::string(kind) + " " + text;
}

template <class Number>
std::string shortest(Number number) {
  std::string text = fmt::format("{}", number);
  const size_t exponent = text.find("e-0");
  if (exponent != std::string::npos) text.erase(exponent + 2, 1);  // 1e-07 -> 1e-7
  return text;
}

std::string size_expected(const Range& range) { return number_expected("N or HxW, each", range); }
std::string rates_expected(const Range& range) { return number_expected("LAYER=FACTOR,..., each factor", range); }
std::string sizes_expected(const Range& range) {
  return number_expected("SIZE:SHARE,... (shares sum to 1), sizes", range);
}
std::string interval_expected(const Range& range) { return number_expected("MIN,MAX in this order, each", range); }

// Within what decimal shares such as 0.1 lose.
bool shares_sum_to_one(const std::vector<SizeShare>& sizes) {
  double sum = 0;
  for (const SizeShare& part : sizes) {
    if (!(part.share > 0 && part.share <= 1)) return false;
    sum += part.share;
  }
  return sizes.empty() || std::abs(sum - 1) < 1e-6;
}

std::string sizes_text(const std::vector<SizeShare>& sizes) {
  std::string text;
  for (const auto& [size, share] : sizes) {
    text += fmt::format("{}{}x{}:{}", text.empty() ? "" : ",", size.height, size.width, number_text(share));
  }
  return text.empty() ? "none" : text;
}

void refuse_repeated(const std::vector<LayerRate>& rates, const std::string& where) {
  std::set<std::string> seen;
  for (const LayerRate& rate : rates) {
    if (!seen.insert(rate.layer).second) fail(where, "every layer once", "\"" + rate.layer + "\" twice");
  }
}

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
                 [&](std::vector<double>*) { return number_expected("one number per class, each", field.range); },
                 [](std::vector<std::string>*) { return std::string("paths with commas between"); },
                 [](Views*) { return std::string("none, or some of flip, five, ten, shifts, dense with + between"); },
                 [&](std::vector<LayerRate>*) { return rates_expected(field.range); },
                 [&](std::vector<SizeShare>*) { return sizes_expected(field.range); },
                 [&](PictureSize*) { return size_expected(field.range); },
                 [&](Interval*) { return interval_expected(field.range); },
                 [](const Choice& choice) { return one_of(choice.names); }},
      place);
}

std::string number_text(double number) {
  const bool whole = number == std::floor(number) && std::abs(number) < 1e15;
  return whole ? fmt::format("{}", static_cast<int64_t>(number)) : shortest(number);
}

std::string value_text(const Place& place) {
  return std::visit(
      Overloaded{
          [](std::monostate) { return std::string(); }, [](std::string* v) { return v->empty() ? "none" : *v; },
          [](std::vector<double>* v) -> std::string {
            if (v->empty()) return "none";
            std::string text;
            for (const double w : *v) text += fmt::format("{}{}", text.empty() ? "" : ",", number_text(w));
            return text;
          },
          [](std::vector<std::string>* v) { return v->empty() ? "none" : paths_text(*v); },
          [](Views* v) { return views_name(*v); },
          [](std::vector<LayerRate>* v) -> std::string {
            std::string text;
            for (const LayerRate& rate : *v) {
              text += fmt::format("{}{}={}", text.empty() ? "" : ",", rate.layer, number_text(rate.factor));
            }
            return text.empty() ? "none" : text;
          },
          [](std::vector<SizeShare>* v) { return sizes_text(*v); },
          [](PictureSize* v) { return v->given() ? fmt::format("{}x{}", v->height, v->width) : std::string("none"); },
          [](Interval* v) { return fmt::format("{},{}", number_text(v->low), number_text(v->high)); },
          [](const Choice& choice) { return choice.now; },
          [](auto* value) -> std::string {
            if constexpr (std::is_same_v<decltype(value), bool*>)
              return *value ? "on" : "off";
            else
              return shortest(*value);
          }},
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

core::JsonValue value_to_json(const Place& place) {
  using core::JsonValue;
  return std::visit(
      Overloaded{[](std::monostate) { return JsonValue(); }, [](const Choice& choice) { return JsonValue(choice.now); },
                 [](Views* v) { return JsonValue(views_name(*v)); },
                 [](PictureSize* v) {
                   return v->given() ? JsonValue::array({v->height, v->width}) : JsonValue();
                 },
                 [](std::vector<LayerRate>* v) {
                   JsonValue object = JsonValue::object();
                   for (const LayerRate& rate : *v) object[rate.layer] = rate.factor;
                   return object;
                 },
                 [](std::vector<SizeShare>* v) {
                   JsonValue array = JsonValue::array();
                   for (const SizeShare& part : *v) {
                     array.push_back(JsonValue::array({part.size.height, part.size.width, part.share}));
                   }
                   return array;
                 },
                 [](Interval* v) {
                   return JsonValue::array({v->low, v->high});
                 },
                 [](auto* value) { return JsonValue(*value); }},
      place);
}

void value_from_json(const json& value, const std::string& where, const Place& place) {
  std::visit(Overloaded{[](std::monostate) {},
                        [&](uint64_t* out) {
                          const bool negative =
                              !value.is_number_unsigned() && value.is_number_integer() && value.get<int64_t>() < 0;
                          if (!value.is_number_integer() || negative) {
                            fail(where, "a whole number of at least 0 and below 2^64", shown(value));
                          }
                          *out = value.get<uint64_t>();
                        },
                        [&](std::vector<double>* out) {
                          if (!value.is_array()) fail(where, "an array of numbers", shown(value));
                          out->resize(value.size());
                          for (size_t i = 0; i < value.size(); ++i) read_value(value[i], where, (*out)[i]);
                        },
                        [&](std::vector<std::string>* out) {
                          if (!value.is_array()) fail(where, "an array of paths", shown(value));
                          out->resize(value.size());
                          for (size_t i = 0; i < value.size(); ++i) read_value(value[i], where, (*out)[i]);
                        },
                        [&](Views* out) {
                          if (!value.is_string()) fail(where, "the names of views", shown(value));
                          *out = views_named(value.get<std::string>(), where);
                        },
                        [&](std::vector<LayerRate>* out) {
                          if (!value.is_object()) fail(where, "an object of layers and factors", shown(value));
                          out->clear();
                          for (const auto& [layer, factor] : value.items()) {
                            read_value(factor, where + ": " + layer, out->emplace_back(LayerRate{layer}).factor);
                          }
                        },
                        [&](std::vector<SizeShare>* out) {
                          constexpr const char* kForm = "an array of [height, width, share]";
                          if (!value.is_array()) fail(where, kForm, shown(value));
                          out->clear();
                          for (const json& part : value) {
                            if (!part.is_array() || part.size() != 3) fail(where, kForm, shown(part));
                            SizeShare& read = out->emplace_back();
                            read_value(part[0], where, read.size.height);
                            read_value(part[1], where, read.size.width);
                            read_value(part[2], where, read.share);
                          }
                        },
                        [&](PictureSize* out) {
                          if (value.is_null()) return;
                          if (!value.is_array() || value.size() != 2) fail(where, "[height, width]", shown(value));
                          read_value(value[0], where, out->height);
                          read_value(value[1], where, out->width);
                        },
                        [&](Interval* out) {
                          if (!value.is_array() || value.size() != 2) fail(where, "[min, max]", shown(value));
                          read_value(value[0], where, out->low);
                          read_value(value[1], where, out->high);
                        },
                        [&](const Choice& choice) {
                          if (!value.is_string() || !known(choice, value.get<std::string>())) {
                            fail(where, one_of(choice.names), shown(value));
                          }
                          choice.set(value.get<std::string>());
                        },
                        [&](auto* out) { read_value(value, where, *out); }},
             place);
}

void value_from_text(const std::string& text, const std::string& where, const Field& field, const Place& place) {
  const auto refuse = [&] { fail(where, expected_text(field, place), fmt::format("\"{}\"", text)); };
  const auto number_in = [&](std::string_view part, auto& number) {
    auto value = number;
    if (!parse(part, value) || !fits(field.range, value)) refuse();
    number = value;
  };
  const auto size_in = [&](std::string_view part, PictureSize& size) {
    const size_t x = part.find('x');
    number_in(part.substr(0, x), size.height);
    number_in(x == part.npos ? part : part.substr(x + 1), size.width);
  };
  std::visit(Overloaded{[](std::monostate) {},
                        [&](bool* out) {
                          if (text != "true" && text != "false") refuse();
                          *out = text == "true";
                        },
                        [&](std::string* out) { *out = text; },
                        [&](std::vector<double>* out) {
                          std::vector<double> numbers;
                          for (const std::string_view part : parts_of(text)) number_in(part, numbers.emplace_back());
                          *out = std::move(numbers);
                        },
                        [&](std::vector<std::string>* out) {
                          std::vector<std::string> paths = paths_in(text);
                          if (std::find(paths.begin(), paths.end(), "") != paths.end()) refuse();
                          *out = std::move(paths);
                        },
                        [&](Views* out) { *out = views_named(text, where); },
                        [&](std::vector<LayerRate>* out) {
                          std::vector<LayerRate> rates;
                          for (const std::string_view part : parts_of(text)) {
                            const size_t equals = part.rfind('=');
                            if (equals == part.npos || equals == 0) refuse();
                            rates.push_back({std::string(part.substr(0, equals))});
                            number_in(part.substr(equals + 1), rates.back().factor);
                          }
                          refuse_repeated(rates, where);
                          *out = std::move(rates);
                        },
                        [&](std::vector<SizeShare>* out) {
                          std::vector<SizeShare> sizes;
                          for (const std::string_view part : parts_of(text)) {
                            const size_t colon = part.rfind(':');
                            if (colon == part.npos) refuse();
                            size_in(part.substr(0, colon), sizes.emplace_back().size);
                            if (!parse(part.substr(colon + 1), sizes.back().share)) refuse();
                          }
                          if (!shares_sum_to_one(sizes)) refuse();
                          *out = std::move(sizes);
                        },
                        [&](PictureSize* out) {
                          PictureSize size;
                          size_in(text, size);
                          *out = size;
                        },
                        [&](Interval* out) {
                          const std::vector<std::string_view> parts = parts_of(text);
                          Interval interval;
                          if (parts.size() != 2) refuse();
                          number_in(parts[0], interval.low);
                          number_in(parts[1], interval.high);
                          if (interval.low > interval.high) refuse();
                          *out = interval;
                        },
                        [&](const Choice& choice) {
                          if (!known(choice, text)) refuse();
                          choice.set(text);
                        },
                        [&](auto* out) { number_in(text, *out); }},
             place);
}

}  // namespace fer::train
