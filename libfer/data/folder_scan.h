// What lies in a folder of pictures: names only, nothing is opened.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fer/dataset.h"

namespace fer::data {

struct FoundPicture {
  std::string path;
  size_t class_index = 0;
  Usage usage = Usage::kNone;
};

struct FolderScan {
  std::vector<std::string> class_names;  // in label order
  std::vector<FoundPicture> pictures;    // by split, class and name
  int64_t other_files = 0;               // no pictures by their name
  // Folders of splits that hold pictures but no class (a contest's test part), and how many.
  std::vector<std::pair<std::string, int64_t>> without_classes;
};

// FOLDER/CLASS or FOLDER/SPLIT/CLASS. Links are followed; what begins with a dot, and __MACOSX, is passed over. Throws
// Error on another form.
FolderScan scan_folder(const std::string& path);

// Whether a file is a picture by its ending: .png .jpg .jpeg .jpe .jfif .pgm .ppm .pnm .webp, and .bmp .gif .tif .tiff,
// which are pictures that cannot be read.
bool has_picture_ending(const std::string& name);

}  // namespace fer::data
