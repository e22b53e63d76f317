// Values of fields in text: the command line, its help, messages and the tables in docs/training.md.
#include <fmt/format.h>

#include <charconv>

#include "train/config/field_values.h"
#include "train/config/path_list.h"

namespace fer::train {
namespace {

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

// Empties what value_text calls "none" when it is empty, so that an option can undo what a recipe sets. False for
// values of other kinds, which stay as they are.
bool take_none(const Place& place) {
  return std::visit(Overloaded{[](std::vector<double>* v) { return v->clear(), true; },
                               [](std::vector<std::string>* v) { return v->clear(), true; },
                               [](std::vector<LayerRate>* v) { return v->clear(), true; },
                               [](std::vector<SizeShare>* v) { return v->clear(), true; },
                               [](PictureSize* v) { return *v = PictureSize(), true; },
                               [](LayerList v) { return v.entries->clear(), true; }, [](auto&&) { return false; }},
                    place);
}

template <class Number>
std::string shortest(Number number) {
  std::string text = fmt::format("{}", number);
  const size_t exponent = text.find("e-0");
  if (exponent != std::string::npos) text.erase(exponent + 2, 1);  // 1e-07 -> 1e-7
  return text;
}

}  // namespace

std::string sizes_text(const std::vector<SizeShare>& sizes) {
  std::string text;
  for (const auto& [size, share] : sizes) {
    text += fmt::format("{}{}x{}:{}", text.empty() ? "" : ",", size.height, size.width, number_text(share));
  }
  return text.empty() ? "none" : text;
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
          [](LayerList v) { return v.entries->empty() ? "none" : paths_text(*v.entries); },
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

std::string expected_in_text(const Field& field, const Place& place) {
  const bool list = std::visit(
      Overloaded{[](std::vector<double>*) { return true; }, [](std::vector<std::string>*) { return true; },
                 [](std::vector<LayerRate>*) { return true; }, [](std::vector<SizeShare>*) { return true; },
                 [](PictureSize*) { return true; }, [](LayerList) { return true; }, [](auto&&) { return false; }},
      place);
  return expected_text(field, place) + (list ? ", or none" : "");
}

void value_from_text(const std::string& text, const std::string& where, const Field& field, const Place& place) {
  const auto refuse = [&] { fail(where, expected_in_text(field, place), fmt::format("\"{}\"", text)); };
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
  if (text == "none" && take_none(place)) return;
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
                        [&](LayerList out) {
                          std::vector<std::string> entries;
                          for (const std::string_view part : parts_of(text)) {
                            if (entries.emplace_back(part).empty()) refuse();
                          }
                          *out.entries = std::move(entries);
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
