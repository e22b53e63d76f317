// Where the cascades lie that come with OpenCV.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <vector>

#include "fer/error.h"
#include "fer/file.h"
#include "fer/vision.h"

namespace fer {
namespace {

std::vector<std::string> cascade_folders() {
  std::vector<std::string> folders;
  if (const char* own = std::getenv("FER_CASCADES"); own != nullptr && *own != '\0') folders.emplace_back(own);
  for (const char* root : {"/usr/share", "/usr/local/share"}) {
    for (const char* version : {"opencv4", "opencv"}) {
      for (const char* kind : {"haarcascades", "lbpcascades"}) {
        folders.push_back(fmt::format("{}/{}/{}", root, version, kind));
      }
    }
  }
  return folders;
}

}  // namespace

std::string cascade_file(const std::string& name) {
  if (name.empty()) throw Error("detector: expected a file, a cascade's name or dlib, found nothing");
  if (name.find('/') != std::string::npos || path_kind(name) != PathKind::kNone) return name;
  const std::string file = name.ends_with(".xml") ? name : name + ".xml";
  const std::vector<std::string> folders = cascade_folders();
  for (const std::string& folder : folders) {
    for (const char* prefix : {"", "haarcascade_", "lbpcascade_"}) {
      std::string path = fmt::format("{}/{}{}", folder, prefix, file);
      if (path_kind(path) == PathKind::kFile) return path;
    }
  }
  throw Error(fmt::format(
      "{}: no such file, and no cascade of this name in {}: apt-get install opencv-data, or name its folder "
      "in FER_CASCADES",
      name, fmt::join(folders, ", ")));
}

}  // namespace fer
