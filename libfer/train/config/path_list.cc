#include "train/config/path_list.h"

namespace fer::train {

std::vector<std::string> paths_in(std::string_view text) {
  std::vector<std::string> paths(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escapes = text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == ',' || text[i + 1] == '\\');
    if (text[i] == ',') {
      paths.emplace_back();
    } else {
      paths.back() += text[escapes ? ++i : i];
    }
  }
  return paths;
}

std::string paths_text(const std::vector<std::string>& paths) {
  std::string text;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (i > 0) text += ',';
    for (const char c : paths[i]) {
      if (c == ',' || c == '\\') text += '\\';
      text += c;
    }
  }
  return text;
}

}  // namespace fer::train
