// The pictures that are laid over faces, one for each class of a model.
#pragma once

#include <string>
#include <vector>

#include "fer/draw.h"

namespace fer::cli {

class EmojiSet {
 public:
  // None.
  EmojiSet() = default;
  // libfer's own (drawn_emoji), by the classes' names in any spelling that canonical_class_name knows.
  static EmojiSet drawn(const std::vector<std::string>& class_names);
  // FOLDER/NAME.png for every class, by its name in any spelling. Throws Error where a file is no such picture, two are
  // of one class, or the folder has none for any class.
  static EmojiSet from_folder(const std::string& folder, const std::vector<std::string>& class_names);

  bool empty() const { return pictures_.empty(); }
  // The classes that have no picture.
  const std::vector<std::string>& missing() const { return missing_; }
  // The picture of a class, so large that it fits into `size` pixels either way; nullptr where there is none. It stays
  // until the next call for the same class. (Of the last size, it is kept: not for several threads at once.)
  const Overlay* of(size_t label, int64_t size);

 private:
  struct Picture {
    std::string drawn_name = {};  // of drawn_emoji; empty: `original` is resized
    Overlay original = {}, sized = {};
    int64_t size = 0;
  };
  std::vector<Picture> pictures_;  // one per class
  std::vector<std::string> missing_;
};

}  // namespace fer::cli
