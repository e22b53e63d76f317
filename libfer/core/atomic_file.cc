#include "core/atomic_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include "fer/error.h"

namespace fer::io {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kSuffixLength = 6;

[[noreturn]] void fail(const std::string& path, const char* doing, int error) {
  throw Error(path + ": cannot be " + doing + ": " + std::generic_category().message(error));
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

// 0, or errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

struct Place {
  std::string folder, name;
  // Begins the names of temporary files. A name may have 255 bytes, so a long one is cut.
  std::string prefix() const {
    std::string text = ".";
    return text.append(name, 0, 200) + ".tmp-";
  }
};

// What is written goes where a symbolic link leads; only a regular file may be replaced.
Place place_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw Error(path + ": cannot be written: Is a directory");
  if (fs::exists(status) && !fs::is_regular_file(status)) throw Error(path + ": cannot be written: not a regular file");
  fs::path target = path;
  if (fs::is_symlink(fs::symlink_status(target, error))) {
    target = fs::canonical(target, error);
    if (error) fail(path, "written", error.value());
  }
  if (target.filename().empty()) throw Error("'" + path + "': cannot be written: expected a file name");
  const std::string folder = target.parent_path().string();
  return {folder.empty() ? "." : folder, target.filename().string()};
}

std::string random_suffix() {
  static constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::string suffix(kSuffixLength, ' ');
  for (char& c : suffix) c = kLetters[random() % 36];
  return suffix;
}

// A writer holds a lock on its temporary file until it is renamed, so a file that can be locked was left by a process
// that died. A run that is killed again and again would fill the disk with them.
void remove_leftovers(const Place& place) {
  DIR* folder = ::opendir(place.folder.c_str());
  if (folder == nullptr) return;
  const std::string prefix = place.prefix();
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kSuffixLength) continue;
    const std::string path = place.folder + "/" + name;
    const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.fd() >= 0 && ::flock(file.fd(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
  ::closedir(folder);
}

// A new file beside the target, locked; removed again unless renamed.
class TemporaryFile {
 public:
  TemporaryFile(const Place& place, const std::string& path) : file_(create(place, path)) {}
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;

  int fd() const { return file_.fd(); }
  // 0, or errno.
  int sync() { return ::fsync(file_.fd()) == 0 ? 0 : errno; }
  int rename_to(const std::string& target) {
    if (::rename(name_.c_str(), target.c_str()) != 0) return errno;
    name_.clear();
    return 0;
  }

 private:
  File create(const Place& place, const std::string& path) {
    for (int tries = 0; tries < 100; ++tries) {
      name_ = place.folder + "/" + place.prefix() + random_suffix();
      File file(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      if (file.fd() < 0) {
        const int error = errno;
        name_.clear();
        if (error == EEXIST) continue;
        fail(path, "written", error);
      }
      // Another writer may have taken it for a leftover before the lock was held.
      struct stat status = {};
      ::flock(file.fd(), LOCK_EX);
      if (::fstat(file.fd(), &status) == 0 && status.st_nlink > 0) return file;
    }
    throw Error(path + ": cannot be written: no free name for a temporary file");
  }

  std::string name_;
  File file_;
};

void sync_folder(const Place& place, const std::string& path) {
  const File folder(::open(place.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a folder and say so with EINVAL.
  if (folder.fd() < 0 || (::fsync(folder.fd()) != 0 && errno != EINVAL)) fail(path, "synced", errno);
}

}  // namespace

void write_file_atomically(const std::string& path, const std::function<void(const FileSink&)>& fill) {
  const Place place = place_of(path);
  remove_leftovers(place);
  TemporaryFile file(place, path);
  fill([&](std::string_view bytes) {
    if (const int error = write_all(file.fd(), bytes)) fail(path, "written", error);
  });
  if (const int error = file.sync()) fail(path, "written", error);
  if (const int error = file.rename_to(place.folder + "/" + place.name)) fail(path, "written", error);
  sync_folder(place, path);
}

void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces) {
  write_file_atomically(path, [&](const FileSink& sink) {
    for (const std::string_view piece : pieces) sink(piece);
  });
}

void write_file_atomically(const std::string& path, std::string_view content) {
  write_file_atomically(path, std::span(&content, 1));
}

std::string read_file(const std::string& path, size_t limit_bytes) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status = {};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) fail(path, "read", errno);
  if (S_ISDIR(status.st_mode)) fail(path, "read", EISDIR);
  // The size is a hint: a pipe has none, and a file may grow.
  const auto hint = S_ISREG(status.st_mode) ? static_cast<size_t>(status.st_size) : 0;
  std::string content;
  for (size_t size = 0;;) {
    if (size > limit_bytes || hint > limit_bytes) {
      throw Error(path + ": expected at most " + std::to_string(limit_bytes) + " bytes, found more");
    }
    if (content.size() == size) content.resize(std::max(hint + 1, size + kChunkBytes));
    const ssize_t count = ::read(file.fd(), content.data() + size, content.size() - size);
    if (count < 0 && errno != EINTR) fail(path, "read", errno);
    if (count > 0) size += static_cast<size_t>(count);
    if (count != 0) continue;
    content.resize(size);
    return content;
  }
}

}  // namespace fer::io

namespace fer {

void write_file(const std::string& path, const std::function<void(const FileSink&)>& fill) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status) ||
      std::filesystem::is_directory(status)) {
    return io::write_file_atomically(path, fill);
  }
  const io::File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.fd() < 0) io::fail(path, "written", errno);
  fill([&](std::string_view bytes) {
    if (const int failure = io::write_all(file.fd(), bytes)) io::fail(path, "written", failure);
  });
}

void write_file(const std::string& path, std::string_view content) {
  write_file(path, [&](const FileSink& sink) { sink(content); });
}

}  // namespace fer
