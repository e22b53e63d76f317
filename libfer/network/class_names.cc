#include "fer/class_names.h"

#include <algorithm>
#include <array>
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

constexpr size_t kOfFer2013 = 7;
constexpr std::array<std::string_view, kOfFer2013 + 1> kKnown = {"angry", "disgust",  "fear",    "happy",
                                                                 "sad",   "surprise", "neutral", "contempt"};

const char* second_of(const Pairs& pairs, std::string_view first) {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == first; });
  return found == pairs.end() ? nullptr : found->second;
}

}  // namespace

const std::vector<std::string>& fer2013_class_names() {
  static const std::vector<std::string> names(kKnown.begin(), kKnown.begin() + kOfFer2013);
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
  return std::ranges::find(kKnown, text) != kKnown.end() ? text : std::string(core::trimmed(name));
}

const std::vector<std::string>& known_class_names() {
  static const std::vector<std::string> names(kKnown.begin(), kKnown.end());
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
