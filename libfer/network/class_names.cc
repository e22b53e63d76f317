#include "fer/class_names.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/text.h"

namespace fer {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Tables are constants: a child that is forked while another thread makes one at its first use would wait for ever.
using Pairs = std::array<std::pair<std::string_view, const char*>, 10>;

const char* second_of(const Pairs& pairs, std::string_view first) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == first; });
  return found == pairs.end() ? nullptr : found->second;
}

}  // namespace

const std::vector<std::string>& fer2013_class_names() {
  static const std::vector<std::string> names = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"};
  return names;
}
std::string canonical_class_name(std::string_view name) {
  static constexpr Pairs kOthers = {{{"anger", "angry"},
                                     {"disgusted", "disgust"},
                                     {"afraid", "fear"},
                                     {"fearful", "fear"},
                                     {"scared", "fear"},
                                     {"happiness", "happy"},
                                     {"joy", "happy"},
                                     {"sadness", "sad"},
                                     {"surprised", "surprise"},
                                     {"contemptuous", "contempt"}}};
  const std::string text = lower(core::trimmed(name));
  if (const char* found = second_of(kOthers, text)) return found;
  static constexpr std::string_view kKnown[] = {"angry", "disgust",  "fear",    "happy",
                                                "sad",   "surprise", "neutral", "contempt"};
  return std::ranges::find(kKnown, text) != std::end(kKnown) ? text : std::string(core::trimmed(name));
}

const std::vector<std::string>& known_class_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = fer2013_class_names();
    all.emplace_back("contempt");
    return all;
  }();
  return names;
}

std::string default_emoji(std::string_view class_name) {
  static constexpr Pairs kEmoji = {{{"angry", "\U0001F620"},
                                    {"disgust", "\U0001F922"},
                                    {"fear", "\U0001F628"},
                                    {"happy", "\U0001F600"},
                                    {"sad", "\U0001F622"},
                                    {"surprise", "\U0001F632"},
                                    {"neutral", "\U0001F610"},
                                    {"contempt", "\U0001F612"}}};
  const char* found = second_of(kEmoji, canonical_class_name(class_name));
  return found == nullptr ? "" : found;
}

}  // namespace fer
