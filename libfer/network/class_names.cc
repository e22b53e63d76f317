#include "fer/class_names.h"

#include <algorithm>
#include <map>

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

}  // namespace

const std::vector<std::string>& fer2013_class_names() {
  static const std::vector<std::string> names = {"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"};
  return names;
}
std::string canonical_class_name(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> kOthers = {
      {"anger", "angry"},        {"disgusted", "disgust"},    {"afraid", "fear"}, {"fearful", "fear"},
      {"scared", "fear"},        {"happiness", "happy"},      {"joy", "happy"},   {"sadness", "sad"},
      {"surprised", "surprise"}, {"contemptuous", "contempt"}};
  const std::string text = lower(core::trimmed(name));
  if (const auto found = kOthers.find(text); found != kOthers.end()) return found->second;
  const auto& known = known_class_names();
  return std::find(known.begin(), known.end(), text) != known.end() ? text : std::string(core::trimmed(name));
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
  static const std::map<std::string, std::string, std::less<>> kEmoji = {
      {"angry", "\U0001F620"}, {"disgust", "\U0001F922"},  {"fear", "\U0001F628"},    {"happy", "\U0001F600"},
      {"sad", "\U0001F622"},   {"surprise", "\U0001F632"}, {"neutral", "\U0001F610"}, {"contempt", "\U0001F612"}};
  const auto found = kEmoji.find(canonical_class_name(class_name));
  return found == kEmoji.end() ? "" : found->second;
}

}  // namespace fer
