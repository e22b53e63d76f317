// Data sets of picture files in folders (docs/data-format.md).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

struct FolderOptions {
  int64_t height = 48, width = 48, channels = 1;  // what pictures are fitted to (`fitted`, fer/image.h)
  bool skip_bad = false;                          // leave out pictures whose bytes are bad, instead of throwing
  int64_t memory_bytes = int64_t{1} << 30;        // pictures that take more stay in their files
  // A folder for a cache of the decoded, fitted pictures, made where it is missing; empty: no cache. The cache is made
  // while the folder is read for the first time and used from then on, as long as names, sizes and times of the files
  // are what they were. It changes no pixel. Where it cannot be made, things go on without it (PictureFolder::notes).
  std::string cache_dir = {};
  // Called, from any thread and once, where the cache turns out to be damaged later.
  std::function<void(const std::string&)> on_note = {};
};

struct BadPicture {
  std::string path, reason;
};

struct PictureFolder {
  Dataset data;
  std::vector<BadPicture> bad;  // left out
  // FOLDER/test with pictures but without folders of classes, as a contest gives its test part: passed over, with their
  // numbers of pictures.
  std::vector<std::pair<std::string, int64_t>> without_classes = {};
  std::vector<std::string> notes = {};  // what became of the cache
  int64_t other_files = 0;              // passed over, as their names are not those of pictures
};

// FOLDER/CLASS/picture or FOLDER/SPLIT/CLASS/picture. Rows are in the order of splits, classes and names (bytewise);
// classes in fer2013's order where all of them are known names, else sorted. Every picture is decoded once, with up to
// num_threads() threads. Throws Error on a folder of another form, and, unless skip_bad, on bad pictures,
// counting them and naming the first. A picture is bad when its bytes are not a whole picture or its link leads
// nowhere. Where a file cannot be read for another reason (the disk, permissions) or memory ends, nothing is known of
// the picture, so that is always thrown.
PictureFolder read_picture_folder(const std::string& path, const FolderOptions& options = {});

// Whether this is a folder (links are followed). Throws Error where it could not look, and for a link that leads
// nowhere.
bool is_folder(const std::string& path);

// Every picture below a folder, whatever its form, sorted; or the path itself where it is no folder.
std::vector<std::string> picture_files(const std::string& path);

}  // namespace fer
