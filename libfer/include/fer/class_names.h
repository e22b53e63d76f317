// Names and emoji of classes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fer/export.h"

namespace FER_PUBLIC fer {

// The seven names of fer2013's labels, in label order: angry, disgust, fear, happy, sad, surprise, neutral.
const std::vector<std::string>& fer2013_class_names();

// "Happiness" and "happy" are one class: letters become lower-case, and the known nouns and participles (anger,
// happiness, sadness, surprised, fearful, ...) the adjective or noun that fer2013 uses; another name stays as it is.
std::string canonical_class_name(std::string_view name);
// fer2013's seven in label order, then contempt.
const std::vector<std::string>& known_class_names();
// The face of a known class, in UTF-8; empty for others.
std::string default_emoji(std::string_view class_name);

// A class and the classes of the data that make it.
struct ClassRule {
  std::string name;
  std::vector<std::string> sources;
  bool operator==(const ClassRule&) const = default;
};

}  // namespace fer
