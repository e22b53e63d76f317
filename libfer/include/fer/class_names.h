// Names and emoji of classes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The seven names of fer2013's labels, in label order: angry, disgust, fear, happy, sad, surprise, neutral.
const std::vector<std::string>& fer2013_class_names();

// One name for all spellings of a class, as "Happiness" and "happy" are one class. Letters become lower case, and known
// nouns and participles (anger, happiness, sadness, surprised, fearful, ...) become the word that fer2013 uses; other
// names stay as they are.
std::string canonical_class_name(std::string_view name);
// The seven names of fer2013 in label order, then contempt.
const std::vector<std::string>& known_class_names();
// The emoji of a known class, in UTF-8; empty for other names.
std::string default_emoji(std::string_view class_name);

// A class of a network and the classes of the data that are merged into it.
struct ClassRule {
  std::string name;
  std::vector<std::string> sources;
  bool operator==(const ClassRule&) const = default;
};

}  // namespace fer
