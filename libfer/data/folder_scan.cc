#include "data/folder_scan.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include "core/folder_names.h"
#include "core/text.h"
#include "data/split_names.h"
#include "fer/class_names.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/picture_folder.h"

namespace fer {
namespace data {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

struct Listing {
  std::vector<std::string> folders, files;  // names, sorted bytewise
};

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

// Where a link leads nowhere: its picture is missing, which reading it says.
bool is_dangling_picture(const std::string& path) {
  std::error_code failure;
  return has_picture_ending(path) && fs::is_symlink(fs::symlink_status(path, failure)) &&
         fs::status(path, failure).type() == fs::file_type::not_found;
}

// What cannot be looked at might be a folder full of pictures, so it ends the program instead of being passed over.
Listing list(const std::string& path) {
  Listing listing;
  for (const std::string& name : core::names_in_folder(path)) {
    if (name.starts_with('.') || name == "__MACOSX") continue;
    const std::string entry = joined(path, name);
    const bool is_folder = !is_dangling_picture(entry) && path_kind(entry) == PathKind::kFolder;
    (is_folder ? listing.folders : listing.files).push_back(name);
  }
  return listing;
}

class Scanner {
 public:
  FolderScan run(const std::string& path) {
    const Listing root = list(path);
    scan_.other_files += static_cast<int64_t>(root.files.size());
    if (std::any_of(root.folders.begin(), root.folders.end(), split_of)) {
      for (const std::string& name : root.folders) add_split(path, name);
    } else {
      add_classes(path, root, Usage::kNone);
    }
    finish(path);
    return std::move(scan_);
  }

 private:
  void add_split(const std::string& path, const std::string& name) {
    const std::optional<Usage> usage = split_of(name);
    if (!usage) {
      throw Error(joined(path, name) + ": expected folders named train, val and test beside each other, found " + name);
    }
    const Listing listing = list(joined(path, name));
    const auto pictures = std::count_if(listing.files.begin(), listing.files.end(), has_picture_ending);
    const bool bare = listing.folders.empty() && pictures > 0;
    if (bare) scan_.without_classes.emplace_back(joined(path, name), pictures);
    scan_.other_files += static_cast<int64_t>(listing.files.size()) - (bare ? pictures : 0);
    add_classes(joined(path, name), listing, *usage);
  }

  void add_classes(const std::string& path, const Listing& listing, Usage usage) {
    for (const std::string& name : listing.folders) add_class(joined(path, name), canonical_class_name(name), usage);
  }

  void add_class(const std::string& path, const std::string& name, Usage usage) {
    if (!core::is_utf8(name)) {
      throw Error(core::escaped(path) +
                  ": expected the name of a class in UTF-8, found other bytes: rename the folder");
    }
    const Listing listing = list(path);
    if (!listing.folders.empty()) {
      throw Error(joined(path, listing.folders[0]) + ": expected pictures in the folder of a class, found a folder");
    }
    std::vector<std::string>& files = classes_[name][usage];
    for (const std::string& file : listing.files) {
      if (has_picture_ending(file)) {
        files.push_back(joined(path, file));
      } else {
        ++scan_.other_files;
      }
    }
  }

  void finish(const std::string& path) {
    order_classes();
    for (const Usage usage : {Usage::kTraining, Usage::kPublicTest, Usage::kPrivateTest, Usage::kNone}) {
      for (size_t c = 0; c < scan_.class_names.size(); ++c) {
        for (std::string& file : classes_[scan_.class_names[c]][usage]) {
          scan_.pictures.push_back({std::move(file), c, usage});
        }
      }
    }
    if (scan_.pictures.empty()) {
      throw Error(path + ": expected pictures in FOLDER/CLASS or FOLDER/train/CLASS, found none");
    }
    if (scan_.class_names.size() >= kNoLabel) {
      throw Error(path + ": expected at most 254 classes, found " + std::to_string(scan_.class_names.size()));
    }
  }

  void order_classes() {
    const std::vector<std::string>& known = known_class_names();
    for (const std::string& name : known) {
      if (classes_.contains(name)) scan_.class_names.push_back(name);
    }
    if (scan_.class_names.size() == classes_.size()) return;
    scan_.class_names.clear();
    for (const auto& [name, unused] : classes_) scan_.class_names.push_back(name);
  }

  FolderScan scan_;
  std::map<std::string, std::map<Usage, std::vector<std::string>>> classes_;
};

void add_files(const std::string& path, int depth, std::vector<std::string>& files) {
  constexpr int kDeepest = 16;  // links may lead round in circles
  if (depth > kDeepest) throw Error(path + ": expected at most 16 folders within each other, found more");
  const Listing listing = list(path);
  for (const std::string& name : listing.folders) add_files(joined(path, name), depth + 1, files);
  for (const std::string& name : listing.files) {
    if (has_picture_ending(name)) files.push_back(joined(path, name));
  }
}

}  // namespace

bool has_picture_ending(const std::string& name) {
  static constexpr std::array kEndings = {".png", ".jpg",  ".jpeg", ".jpe", ".jfif", ".pgm", ".ppm",
                                          ".pnm", ".webp", ".bmp",  ".gif", ".tif",  ".tiff"};
  const std::string text = lower(name);
  return std::any_of(kEndings.begin(), kEndings.end(), [&](const char* ending) { return text.ends_with(ending); });
}

FolderScan scan_folder(const std::string& path) { return Scanner().run(path); }

}  // namespace data

bool is_folder(const std::string& path) { return path_kind(path) == PathKind::kFolder; }

std::vector<std::string> picture_files(const std::string& path) {
  if (!is_folder(path)) return {path};
  std::vector<std::string> files;
  data::add_files(path, 1, files);
  if (files.empty()) throw Error(path + ": expected pictures in the folder, found none");
  return files;
}

}  // namespace fer
