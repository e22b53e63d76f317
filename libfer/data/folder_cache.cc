#include "data/folder_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "core/parallel.h"
#include "data/checksum.h"
#include "data/file_pictures.h"
#include "fer/error.h"

namespace fer::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestFolderName = 100;
constexpr int64_t kDecodedAgain = 8;  // pictures by which it is seen that decoding gives the same as before

uint64_t checksum_of_text(std::string_view text) {
  return checksum_of({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

CacheStamp stamp_of(const std::string& path, size_t folder_length) {
  std::string_view name = std::string_view(path).substr(folder_length);
  if (name.starts_with('/')) name.remove_prefix(1);  // the folder's name may end in one
  CacheStamp stamp{.name = checksum_of_text(name)};
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return stamp;  // what is the matter is found where it is read
  stamp.bytes = static_cast<uint64_t>(status.st_size);
  stamp.time_ns = int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  return stamp;
}

fs::path canonical_path(const std::string& path) {
  std::error_code failure;
  fs::path result = fs::weakly_canonical(path, failure);
  if (!result.has_filename()) result = result.parent_path();
  return failure ? fs::path(path) : result;
}

void check_outside(const fs::path& folder, const fs::path& dir, const std::string& given) {
  const fs::path within = dir.lexically_relative(folder);
  if (within.empty() || within == "." || *within.begin() == "..") return;
  if (within.begin()->string().starts_with('.')) return;
  throw Error(given + ": expected a folder for the cache that is not within the data, whose folders are classes " +
              "(one whose name begins with a dot may be), found one in " + folder.string());
}

std::string hex(uint64_t number) {
  std::string text(16, '0');
  for (size_t i = text.size(); i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  return text;
}

}  // namespace

FolderCache::FolderCache(const std::string& folder, const std::string& dir, const PictureShape& shape,
                         const std::vector<FoundPicture>& pictures)
    : pictures_(pictures), shape_(shape), dir_(dir), stamps_(pictures.size()) {
  const fs::path whole = canonical_path(folder);
  check_outside(whole, canonical_path(dir), dir);
  const std::string name = whole.filename().string().substr(0, kLongestFolderName);
  path_ = dir + (dir.ends_with('/') ? "" : "/") + name + "-" + std::to_string(shape.height) + "x" +
          std::to_string(shape.width) + "x" + std::to_string(shape.channels) + "-" +
          hex(checksum_of_text(whole.string())) + ".pixels";
  parallel_ranges(static_cast<int64_t>(pictures.size()), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<size_t>(i);
      stamps_[at] = stamp_of(pictures_[at].path, folder.size());
    }
  });
}

std::shared_ptr<const PictureCache> FolderCache::open(std::string& reason) const {
  reason.clear();
  try {
    if (path_kind(path_) == PathKind::kNone) return nullptr;
    const auto count = static_cast<int64_t>(pictures_.size());
    auto cache = std::make_shared<const PictureCache>(path_, shape_, count);
    check(cache->entries());
    return cache;
  } catch (const Error& error) {
    reason = error.what();
    if (reason.starts_with(path_ + ": ")) reason.erase(0, path_.size() + 2);
    return nullptr;
  }
}

void FolderCache::check(const std::vector<CacheEntry>& entries) const {
  for (size_t i = 0; i < stamps_.size(); ++i) {
    if (entries[i].stamp != stamps_[i]) throw Error(pictures_[i].path + " has changed, or is new");
  }
  const auto count = static_cast<int64_t>(stamps_.size()), some = std::min(count, kDecodedAgain);
  for (int64_t k = 0; k < some; ++k) {
    const auto i = static_cast<size_t>(k * count / some);
    if (entries[i].record < 0) continue;
    const Image image = read_fitted(pictures_[i].path, shape_.height, shape_.width, shape_.channels);
    if (checksum_of(image.pixels) != entries[i].checksum) throw Error("other pixels come of " + pictures_[i].path);
  }
}

void FolderCache::prepare() const {
  make_folders(dir_);
  const uint64_t wanted = static_cast<uint64_t>(shape_.height * shape_.width * shape_.channels) * pictures_.size();
  std::error_code failure;
  const fs::space_info space = fs::space(dir_, failure);
  if (!failure && space.available < wanted) {
    throw Error(dir_ + ": expected room for " + std::to_string(wanted >> 20) + " MiB, found " +
                std::to_string(space.available >> 20) + " MiB");
  }
}

}  // namespace fer::data
