// The fast reader against a slow, obvious one, on random files of every form.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "tests/data/csv_text.h"

namespace fer::test {
namespace {

// Fields of one line; quotes go, "" inside them is one quote.
std::vector<std::string> reference_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::string first_word(const std::string& text) {
  std::string word;
  std::istringstream(text) >> word;
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

Dataset reference_parse(const std::string& text) {
  Dataset data;
  std::istringstream lines(text.substr(text.rfind("\xef\xbb\xbf", 0) == 0 ? 3 : 0));
  std::string line;
  std::getline(lines, line);
  std::vector<std::string> names;
  for (const std::string& field : reference_fields(line)) names.push_back(first_word(field));
  while (std::getline(lines, line)) {
    const auto fields = reference_fields(line);
    Usage usage = Usage::kNone;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (names[i] == "emotion") data.labels.push_back(static_cast<uint8_t>(std::stoi(fields[i])));
      if (names[i] == "usage" && first_word(fields[i]) == "training") usage = Usage::kTraining;
      if (names[i] == "usage" && first_word(fields[i]) == "publictest") usage = Usage::kPublicTest;
      if (names[i] == "usage" && first_word(fields[i]) == "privatetest") usage = Usage::kPrivateTest;
      if (names[i] != "pixels") continue;
      std::istringstream numbers(fields[i]);
      for (int value = 0; numbers >> value;) data.pixels.push_back(static_cast<uint8_t>(value));
    }
    data.usage.push_back(usage);
  }
  return data;
}

// Well-formed files, each drawn from the forms that docs/data-format.md allows.
class RandomFile {
 public:
  explicit RandomFile(uint32_t seed) : random_(seed) {}

  std::string draw() {
    std::vector<std::string> columns = {"emotion", "pixels"};
    if (chance(2)) columns.emplace_back("Usage");
    if (chance(2)) columns.emplace_back("note");
    if (chance(3)) columns.emplace_back("Unnamed: 0");
    std::shuffle(columns.begin(), columns.end(), random_);
    const std::string line_end = chance(2) ? "\r\n" : "\n";
    std::string text = chance(4) ? "\xef\xbb\xbf" : "";
    for (const auto& name : columns) text += header_field(name) + (&name == &columns.back() ? line_end : ",");
    const int rows = 1 + static_cast<int>(random_() % 4);
    for (int row = 0; row < rows; ++row) {
      for (const auto& name : columns) text += quoted(value(name)) + (&name == &columns.back() ? line_end : ",");
    }
    if (chance(3)) text.resize(text.size() - line_end.size());
    return text;
  }

 private:
  bool chance(uint32_t one_in) { return random_() % one_in == 0; }
  std::string spaces() { return std::string(chance(4) ? 1 + random_() % 3 : 0, ' '); }

  std::string header_field(std::string name) {
    for (char& c : name) c = static_cast<char>(chance(5) ? std::toupper(c) : c);
    return quoted(spaces() + name + spaces());
  }

  std::string quoted(const std::string& text) {
    const bool needed = text.find_first_of(",\"") != std::string::npos;
    return needed || chance(3) ? spaces() + "\"" + text + "\"" + spaces() : text;
  }

  std::string value(const std::string& name) {
    if (name == "emotion") return spaces() + std::to_string(random_() % 7) + spaces();
    if (name == "Usage") return spaces() + usage_name(static_cast<Usage>(random_() % 3)) + spaces();
    if (name == "pixels") return pixels();
    return std::vector<std::string>{"", "x", "a,b", "say \"\"so\"\"", "\xc3\xa9", " "}[random_() % 6];
  }

  std::string pixels() {
    const bool plain = !chance(4);  // exactly one space between
    const uint32_t range = std::vector<uint32_t>{1, 10, 100, 256}[random_() % 4];
    std::string text = plain ? "" : spaces();
    for (int i = 0; i < 48 * 48; ++i) {
      if (i > 0) text += ' ';
      if (i > 0 && !plain) text += spaces();
      text += std::to_string(random_() % range);
    }
    return text + (plain ? "" : spaces());
  }

  std::mt19937 random_;
};

TEST(FerCsvReference, AgreesOnRandomFiles) {
  RandomFile file(20130101);
  for (int i = 0; i < 60; ++i) {
    const std::string text = file.draw();
    SCOPED_TRACE(text.substr(0, text.find('\n')));
    const Dataset expected = reference_parse(text);
    Dataset found;
    ASSERT_NO_THROW(found = parse_fer_csv(text, "f.csv"));
    ASSERT_EQ(found.pixels, expected.pixels);
    ASSERT_EQ(found.labels, expected.labels);
    ASSERT_EQ(found.usage, expected.usage);
  }
}

// One byte of the field changed at random: the fast parser takes what the careful one takes, with the same values, or
// leaves it to it.

}  // namespace
}  // namespace fer::test
