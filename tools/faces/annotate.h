// What was found, drawn on the picture.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/faces/emoji_set.h"
#include "tools/faces/face_reader.h"

namespace fer::cli {

// A colour for every class: its own for each of the known classes, others by their number.
Colour class_colour(const std::string& name, size_t label);

struct AnnotateOptions {
  bool bars = true;           // the probability of every class (of many: of the eight most probable)
  bool points = true;         // the detector's, where it finds some
  EmojiSet* emoji = nullptr;  // laid over the faces; nullptr or empty: none
  std::string corner = {};    // a text in the upper right corner; empty: none
};

// The picture in colour with every face's box, label and so on. A picture that is less than 240 pixels high or wide is
// enlarged by a whole number first: letters would have no room. Throws Error for an Image that is none.
Image annotated(const Image& picture, std::span<const FacePrediction> faces,
                const std::vector<std::string>& class_names, const AnnotateOptions& options = {});

}  // namespace fer::cli
