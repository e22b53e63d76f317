// What lies at a path, and making folders.
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/descriptor.h"
#include "fer/file.h"

namespace fer {
namespace core {

int sync_folder(const std::string& folder) {
  const Descriptor file(
      uninterrupted([&] { return ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  // A folder that one may write to and not read cannot be opened for it.
  if (!file.open()) return errno == EACCES ? 0 : errno;
  // Some file systems cannot sync a folder and say so with EINVAL.
  return uninterrupted([&] { return ::fsync(file.get()); }) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace core

PathKind path_kind(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return PathKind::kFile;
    return S_ISDIR(status.st_mode) ? PathKind::kFolder : PathKind::kOther;
  }
  if (errno != ENOENT && errno != ENOTDIR) core::fail(path, "looked at", errno);
  const int error = errno;
  if (::lstat(path.c_str(), &status) == 0) {
    throw Error(path + ": is a link that leads nowhere: " + std::generic_category().message(error));
  }
  if (errno != ENOENT && errno != ENOTDIR) core::fail(path, "looked at", errno);
  return PathKind::kNone;
}

void make_folders(const std::string& path) {
  const std::filesystem::path folder = path;
  // "a/b/" is "a/b".
  if (!folder.has_filename() && folder.has_relative_path()) return make_folders(folder.parent_path().string());
  const std::string above = folder.parent_path().string();
  int made = ::mkdir(path.c_str(), 0777);
  if (made != 0 && errno == ENOENT && !above.empty() && above != path) {
    make_folders(above);
    made = ::mkdir(path.c_str(), 0777);
  }
  const int error = made == 0 ? core::sync_folder(above) : errno;
  if (error == 0 || (error == EEXIST && path_kind(path) == PathKind::kFolder)) return;
  throw Error(path + ": cannot make the folder: " + std::generic_category().message(error));
}

}  // namespace fer
