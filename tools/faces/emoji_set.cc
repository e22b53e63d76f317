#include "tools/faces/emoji_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "fer/class_names.h"
#include "fer/error.h"
#include "tools/cli/cli.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;

// Paths of a folder's PNG files by the names of classes that they have.
std::map<std::string, std::string> pictures_by_name(const std::string& folder) {
  std::error_code failure;
  std::map<std::string, std::string> found;
  fs::directory_iterator entries(folder, failure);
  if (failure) {
    throw Error(fmt::format("{}: expected a folder of PNG pictures that are named after classes: {}", folder,
                            failure.message()));
  }
  for (; entries != fs::directory_iterator(); entries.increment(failure)) {
    const fs::path path = entries->path();
    if (extension(path.string()) != ".png") continue;
    const auto [place, is_new] = found.emplace(canonical_class_name(path.stem().string()), path.string());
    if (!is_new) throw Error(fmt::format("{} and {}: two pictures of one class", place->second, path.string()));
  }
  if (failure) throw Error(fmt::format("{}: {}", folder, failure.message()));
  return found;
}

}  // namespace

EmojiSet EmojiSet::drawn(const std::vector<std::string>& class_names) {
  EmojiSet set;
  for (const std::string& name : class_names) {
    const std::string known = canonical_class_name(name);
    const bool has = !drawn_emoji(known, 1).empty();
    set.pictures_.push_back({.drawn_name = has ? known : ""});
    if (!has) set.missing_.push_back(name);
  }
  return set;
}

EmojiSet EmojiSet::from_folder(const std::string& folder, const std::vector<std::string>& class_names) {
  EmojiSet set;
  const std::map<std::string, std::string> found = pictures_by_name(folder);
  for (const std::string& name : class_names) {
    const auto place = found.find(canonical_class_name(name));
    set.pictures_.push_back({.original = place == found.end() ? Overlay{} : read_overlay(place->second)});
    if (place == found.end()) set.missing_.push_back(name);
  }
  if (set.missing_.size() == class_names.size()) {
    throw Error(fmt::format("{}: expected PNG pictures named after the model's classes ({}.png), found none of them",
                            folder, fmt::join(class_names, ".png, ")));
  }
  return set;
}

const Overlay* EmojiSet::of(size_t label, int64_t size) {
  if (label >= pictures_.size()) return nullptr;
  Picture& picture = pictures_[label];
  if (picture.drawn_name.empty() && picture.original.empty()) return nullptr;
  size = std::clamp<int64_t>(size, 1, 4096);
  if (picture.size == size) return &picture.sized;
  if (!picture.drawn_name.empty()) {
    picture.sized = drawn_emoji(picture.drawn_name, size);
  } else {
    const int64_t height = picture.original.colour.height, width = picture.original.colour.width;
    const int64_t longer = std::max(height, width);
    picture.sized = resized(picture.original, std::max<int64_t>(1, size * height / longer),
                            std::max<int64_t>(1, size * width / longer));
  }
  picture.size = size;
  return &picture.sized;
}

}  // namespace fer::cli
