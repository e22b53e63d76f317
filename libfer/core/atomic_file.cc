#include "core/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <random>
#include <system_error>

#include "core/descriptor.h"
#include "core/folder_names.h"

namespace fer {
namespace core {
namespace {

constexpr size_t kSuffixLength = 6;

struct Place {
  std::string folder, name;
  std::optional<struct stat> before;  // of the file that is there
  // Begins the names of temporary files. A name may have 255 bytes, so a long one is cut.
  std::string prefix() const {
    std::string text = ".";
    return text.append(name, 0, 200) + ".tmp-";
  }
};

// What is written goes where a symbolic link leads; only a regular file may be replaced.
Place place_of(const std::string& path) {
  namespace fs = std::filesystem;
  const PathKind kind = path_kind(path);
  if (kind == PathKind::kFolder) throw Error(path + ": cannot be written: Is a directory");
  if (kind == PathKind::kOther) throw Error(path + ": cannot be written: not a regular file");
  fs::path target = path;
  Place place;
  if (kind == PathKind::kFile) {
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(target, error))) target = fs::canonical(target, error);
    if (error) fail(path, "written", error.value());
    if (struct stat status = {}; ::stat(target.c_str(), &status) == 0) place.before = status;
  }
  if (target.filename().empty()) throw Error("'" + path + "': cannot be written: expected a file name");
  const std::string folder = target.parent_path().string();
  place.folder = folder.empty() ? std::string(".") : folder;
  place.name = target.filename().string();
  return place;
}

std::string random_suffix() {
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string suffix(kSuffixLength, ' ');
  for (char& c : suffix) c = kLetters[random() % 36];
  return suffix;
}

// A writer holds a lock on its temporary file until it is renamed, so a file of this user that can be locked was left
// by a process that died. A run that is killed again and again would fill the disk with them. It is removed under the
// lock: a writer that has only just made it, and waits for the lock, then sees that it is gone.
void remove_leftover(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status = {};
  if (file.open() && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
      ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
    ::unlink(path.c_str());
  }
}

void remove_leftovers(const Place& place) {
  const OpenFolder folder(::opendir(place.folder.c_str()));
  if (!folder) return;
  const std::string prefix = place.prefix();
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string name = entry->d_name;
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kSuffixLength) continue;
    remove_leftover(place.folder + "/" + name);
  }
}

// The permissions of the file that was there, to the bit. Its owner and group as far as this user may give them: a
// group that stays another gets no more than everybody.
void keep_permissions(int fd, const struct stat& before, const std::string& path) {
  mode_t mode = before.st_mode & 0777;
  struct stat now = {};
  if (::fstat(fd, &now) != 0) fail(path, "written", errno);
  if (now.st_uid != before.st_uid) (void)!::fchown(fd, before.st_uid, static_cast<gid_t>(-1));
  if (now.st_gid != before.st_gid && ::fchown(fd, static_cast<uid_t>(-1), before.st_gid) != 0) {
    mode = (mode & ~mode_t{070}) | ((mode & 07) << 3 & mode);
  }
  if (::fchmod(fd, mode) != 0) fail(path, "written", errno);
}

// A new file beside the target, locked; removed again unless renamed.
class TemporaryFile {
 public:
  TemporaryFile(const Place& place, const std::string& path) : file_(create(place, path)) {}
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;

  int fd() const { return file_.get(); }
  // 0, or errno.
  int sync() {
    return uninterrupted([&] { return ::fsync(file_.get()); }) == 0 ? 0 : errno;
  }
  int rename_to(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
    name_.clear();
    return 0;
  }

 private:
  Descriptor create(const Place& place, const std::string& path) {
    // Nobody may open it who might not open what it replaces.
    const mode_t mode = place.before ? place.before->st_mode & 0600 : 0666;
    for (int tries = 0; tries < 100; ++tries) {
      name_ = place.folder + "/" + place.prefix() + random_suffix();
      Descriptor file(uninterrupted(
          [&] { return ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); }));
      if (!file.open()) {
        const int error = errno;
        name_.clear();
        if (error == EEXIST) continue;
        fail(path, "written", error);
      }
      // Another writer may have taken it for a leftover before the lock was held.
      struct stat status = {};
      uninterrupted([&] { return ::flock(file.get(), LOCK_EX); });
      if (::fstat(file.get(), &status) == 0 && status.st_nlink > 0) return file;
    }
    throw Error(path + ": cannot be written: no free name for a temporary file");
  }

  std::string name_;
  Descriptor file_;
};

}  // namespace

void write_file_atomically(const std::string& path, const std::function<void(const FileSink&)>& fill) {
  const Place place = place_of(path);
  remove_leftovers(place);
  TemporaryFile file(place, path);
  if (place.before) keep_permissions(file.fd(), *place.before, path);
  fill([&](std::string_view bytes) {
    if (const int error = write_all(file.fd(), bytes)) fail(path, "written", error);
  });
  if (const int error = file.sync()) fail(path, "written", error);
  const std::string target = place.folder + "/" + place.name;
  if (const int error = file.rename_to(target)) fail(path, "written", error);
  if (const int error = sync_folder(place.folder)) fail(path, "synced", error);
}

void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces) {
  write_file_atomically(path, [&](const FileSink& sink) {
    for (const std::string_view piece : pieces) sink(piece);
  });
}

void write_file_atomically(const std::string& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

namespace {

// Opens a device or a pipe. (Without waiting: a pipe that nobody reads would hold the program up for ever, and a signal
// that asks it to stop would not be seen.)
Descriptor open_other(const std::string& path) {
  Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); }));
  if (!file.open() && errno == ENXIO)
    throw Error(path + ": cannot be written: expected a program that reads it, found none");
  if (!file.open()) fail(path, "written", errno);
  const int flags = ::fcntl(file.get(), F_GETFL);
  if (flags < 0 || ::fcntl(file.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) fail(path, "written", errno);
  return file;
}

}  // namespace
}  // namespace core

void write_file(const std::string& path, const std::function<void(const FileSink&)>& fill) {
  if (path_kind(path) != PathKind::kOther) return core::write_file_atomically(path, fill);
  const core::Descriptor file = core::open_other(path);
  fill([&](std::string_view bytes) {
    if (const int failure = core::write_all(file.get(), bytes)) core::fail(path, "written", failure);
  });
}

void write_file(const std::string& path, std::string_view content) {
  write_file(path, [&](const FileSink& sink) { sink(content); });
}

}  // namespace fer
