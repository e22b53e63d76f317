#include "tools/cli/help.h"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace fer::cli {
namespace {

// "epochs" of "      --epochs N   Train for..." and "help" of "  -h, --help"; empty: the line begins no option.
std::string option_begun_by(std::string_view line) {
  const size_t dashes = line.find("--");
  const bool begins =
      dashes != line.npos && dashes <= 6 && line.substr(0, dashes).find_first_not_of(" -,h") == line.npos;
  if (!begins) return "";
  const std::string_view name = line.substr(dashes + 2);
  return std::string(name.substr(0, name.find_first_of(" =[")));
}

bool is_heading(std::string_view line) { return line.starts_with(' ') && line.ends_with(" options:"); }

}  // namespace

std::string short_help(const std::string& help, const std::vector<std::string>& shown) {
  std::istringstream lines(help);
  std::string text, heading;
  bool in_options = false, keep = true, gap = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      gap = true;
      heading.clear();
      continue;
    }
    if (is_heading(line)) {
      heading = line + "\n";
      in_options = true;
      continue;
    }
    const std::string option = option_begun_by(line);
    if (!option.empty()) keep = std::ranges::find(shown, option) != shown.end();
    if (in_options && !keep) continue;
    text += (gap ? "\n" : "") + heading + line + "\n";
    gap = false;
    heading.clear();
  }
  return text;
}

}  // namespace fer::cli
