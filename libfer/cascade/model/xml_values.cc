#include "cascade/model/xml_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/text.h"
#include "fer/error.h"

namespace fer::cascade {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

// The next word of the text, which is cut off it; empty at the end.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kWhite), text.size()));
  const std::string_view found = text.substr(0, text.find_first_of(kWhite));
  text.remove_prefix(found.size());
  return found;
}

}  // namespace

void XmlReader::refuse(const XmlElement& at, const std::string& why) const {
  throw Error(fmt::format("{}:{}: {}", file_, at.line, why));
}

const XmlElement& XmlReader::child(const XmlElement& of, std::string_view name) const {
  const XmlElement* found = of.find(name);
  if (found == nullptr) refuse(of, fmt::format("expected <{}> within <{}>", name, core::escaped(of.name)));
  return *found;
}

std::vector<double> XmlReader::numbers(const XmlElement& element) const {
  std::vector<double> found;
  std::string_view text = element.text;
  for (std::string_view token = next_word(text); !token.empty(); token = next_word(text)) {
    double value = 0;
    const std::string_view digits = token.substr(token.front() == '+' ? 1 : 0);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(static_cast<float>(value)))
      refuse(element, fmt::format("<{}>: expected numbers, found '{}'", core::escaped(element.name),
                                  core::escaped(token.substr(0, 40))));
    found.push_back(value);
  }
  return found;
}

double XmlReader::number(const XmlElement& element) const {
  const std::vector<double> found = numbers(element);
  if (found.size() != 1)
    refuse(element, fmt::format("<{}>: expected one number, found {}", core::escaped(element.name), found.size()));
  return found[0];
}

int XmlReader::whole(const XmlElement& element, double value) const {
  if (value != std::floor(value) || std::abs(value) > 1e9)
    refuse(element, fmt::format("<{}>: expected a whole number, found {}", core::escaped(element.name), value));
  return static_cast<int>(value);
}

int XmlReader::whole(const XmlElement& element) const { return whole(element, number(element)); }

std::string XmlReader::word(const XmlElement& element) const {
  std::string_view text = element.text;
  const std::string_view found = next_word(text);
  if (found.empty() || !next_word(text).empty())
    refuse(element, fmt::format("<{}>: expected one word", core::escaped(element.name)));
  return std::string(found);
}

}  // namespace fer::cascade
