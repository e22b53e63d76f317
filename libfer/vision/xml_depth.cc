#include "vision/xml_depth.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/error.h"

namespace fer::vision {
namespace {

[[noreturn]] void refuse_xml(const std::string& path, const std::string& text, size_t at, const std::string& reason) {
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())), '\n');
  throw Error(fmt::format("{}:{}: {}", path, line, reason));
}

// The end of the tag that begins at `begin`: one past its `>`.
size_t tag_end(const std::string& text, size_t begin, const std::string& path) {
  char quote = '\0';
  for (size_t i = begin + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<') refuse_xml(path, text, i, "expected the end of a tag, found \"<\"");
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return i + 1;
    }
  }
  refuse_xml(path, text, begin, "expected the end of a tag, found the end of the file");
}

}  // namespace

void check_xml_depth(const std::string& text, const std::string& path, int deepest) {
  int depth = 0;
  for (size_t i = text.find('<'); i != std::string::npos; i = text.find('<', i)) {
    if (text.compare(i, 4, "<!--") == 0) {
      const size_t end = text.find("-->", i + 4);
      if (end == std::string::npos)
        refuse_xml(path, text, i, "expected the end of a comment, found the end of the file");
      i = end + 3;
      continue;
    }
    const size_t end = tag_end(text, i, path);
    const bool declares = text[i + 1] == '?' || text[i + 1] == '!';
    if (!declares && text[i + 1] == '/') {
      if (--depth < 0) refuse_xml(path, text, i, "found the end of an element that has no beginning");
    } else if (!declares && text[end - 2] != '/') {
      if (++depth > deepest) {
        refuse_xml(path, text, i, fmt::format("expected at most {} elements within each other, found more", deepest));
      }
    }
    i = end;
  }
  if (depth > 0) refuse_xml(path, text, text.size(), fmt::format("the file ends within {} open elements", depth));
}

}  // namespace fer::vision
