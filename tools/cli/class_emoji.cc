#include "tools/cli/class_emoji.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fer/class_names.h"
#include "tools/cli/cli.h"

namespace fer::cli {
namespace {

constexpr size_t kMostEmojiBytes = 64;

// "happy=😀,a\,b=🙂": pairs of name and emoji.
std::vector<std::pair<std::string, std::string>> emoji_pairs(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::string part, name;
  bool has_name = false;
  const auto end_pair = [&] {
    if (!has_name) throw UsageError(fmt::format("--class-emoji: expected NAME=EMOJI, found '{}'", part));
    pairs.emplace_back(std::exchange(name, {}), std::exchange(part, {}));
    has_name = false;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      part += text[++i];
    } else if (text[i] == '=' && !has_name) {
      name = std::exchange(part, {});
      has_name = true;
    } else if (text[i] == ',') {
      end_pair();
    } else {
      part += text[i];
    }
  }
  end_pair();
  return pairs;
}

void check_emoji_text(const std::string& name, const std::string& emoji) {
  const bool control = std::ranges::any_of(emoji, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (control || emoji.size() > kMostEmojiBytes) {
    throw UsageError(fmt::format("--class-emoji: {}: expected an emoji of at most {} bytes in UTF-8, found {} bytes{}",
                                 name, kMostEmojiBytes, emoji.size(), control ? " with control characters" : ""));
  }
}

}  // namespace

std::vector<std::string> class_emoji_of(const std::string& text, const std::vector<std::string>& names,
                                        const std::vector<std::string>& known) {
  std::vector<std::string> emoji = known;
  if (emoji.empty()) {
    for (const std::string& name : names) emoji.push_back(default_emoji(name));
  }
  std::set<size_t> seen;
  for (const auto& [name, value] : emoji_pairs(text)) {
    const std::string wanted = canonical_class_name(name);
    size_t at = 0;
    while (at < names.size() && canonical_class_name(names[at]) != wanted) ++at;
    if (at == names.size()) {
      throw UsageError(
          fmt::format("--class-emoji: expected one of the classes {}, found '{}'", fmt::join(names, ", "), name));
    }
    if (!seen.insert(at).second) throw UsageError(fmt::format("--class-emoji: expected {} once, found it twice", name));
    check_emoji_text(name, value);
    emoji[at] = value;
  }
  return emoji;
}

}  // namespace fer::cli
