// Where a folder's cache lies, and whether it can be used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/folder_scan.h"
#include "data/picture_cache.h"

namespace fer::data {

class FolderCache {
 public:
  // Looks at the pictures' files, of which those of `folder` are named from it on, with up to num_threads() threads.
  // Throws Error where `dir` lies within the folder, whose folders are classes; one that begins with a dot may.
  FolderCache(const std::string& folder, const std::string& dir, const PictureShape& shape,
              const std::vector<FoundPicture>& pictures);

  const std::string& path() const { return path_; }
  const std::vector<CacheStamp>& stamps() const { return stamps_; }
  // The cache, if there is one and it is this folder's as it is now; some of its pictures are decoded to see that these
  // programs still make the same of them. Else null, and `reason` says why; it is empty where there is no such file.
  std::shared_ptr<const PictureCache> open(std::string& reason) const;
  // Makes DIR and sees that there is room for the cache, all but the last of it. Throws Error.
  void prepare() const;

 private:
  void check(const std::vector<CacheEntry>& entries) const;

  const std::vector<FoundPicture>& pictures_;
  PictureShape shape_;
  std::string dir_, path_;
  std::vector<CacheStamp> stamps_;
};

}  // namespace fer::data
