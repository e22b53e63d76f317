// Files that appear together, in a folder of their own or in one that is there.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/descriptor.h"
#include "core/folder_names.h"
#include "fer/file.h"

namespace fer {
namespace core {
namespace {

constexpr size_t kTemporarySuffix = 6;      // of mkdtemp
constexpr const char* kInside = "content";  // what a new folder is called within the temporary one

Descriptor open_folder(int at, const char* name) {
  return Descriptor(uninterrupted([&] { return ::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); }));
}

std::string without_slashes_at_the_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool stays_within(const std::string& name) {
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

// Whether a process that died was writing there: a folder of this user that nobody holds a lock on and whose content
// has been begun, which its writer does under the lock. (One without content may be a writer's that has only just made
// it and not locked it yet.)
bool is_abandoned(int at, const char* name) {
  const Descriptor file = open_folder(at, name);
  struct stat status = {};
  const bool ours = file.open() && ::fstat(file.get(), &status) == 0 && status.st_uid == ::geteuid();
  return ours && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 &&
         ::fstatat(file.get(), kInside, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

std::vector<std::string> abandoned(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> found;
  const OpenFolder entries(::opendir(folder.c_str()));
  if (!entries) return found;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (!name.starts_with(prefix) || name.size() != prefix.size() + kTemporarySuffix) continue;
    if (is_abandoned(::dirfd(entries.get()), name.c_str())) found.push_back((folder + "/").append(name));
  }
  return found;
}

}  // namespace
}  // namespace core

using core::Descriptor;

// All names below are relative to open folders, so that nothing is written or removed elsewhere, whatever others do to
// the folders above meanwhile.
struct FolderWriter::State {
  std::string path;       // where everything goes
  std::string temporary;  // beside it where it is new, else within it
  bool is_new = true;
  Descriptor outer;                 // the temporary folder, locked
  Descriptor inner;                 // what is written into: a folder within it, with the permissions that it will have
  std::vector<std::string> names;   // of files, as given
  std::set<std::string> folders;    // within `inner`, each after the one that it is in
  std::vector<std::string> others;  // leftovers

  [[noreturn]] void fail(const std::string& name, int error) const {
    core::fail(name.empty() ? path : path + "/" + name, "written", error);
  }

  void make_temporary() {
    const std::filesystem::path target = path;
    std::string above = is_new ? target.parent_path().string() : path;
    if (above.empty()) above.push_back('.');
    if (is_new) make_folders(above);
    std::string prefix(1, '.');
    prefix.append(target.filename().string(), 0, 200).append(".tmp-");
    others = core::abandoned(above, prefix);
    temporary = above + "/" + prefix + "XXXXXX";
    if (::mkdtemp(temporary.data()) == nullptr) {
      const int error = errno;
      temporary.clear();
      fail("", error);
    }
    outer = core::open_folder(AT_FDCWD, temporary.c_str());
    if (!outer.open()) fail("", errno);
    core::uninterrupted([&] { return ::flock(outer.get(), LOCK_EX); });
    if (::mkdirat(outer.get(), core::kInside, 0777) != 0) fail("", errno);
    inner = core::open_folder(outer.get(), core::kInside);
    if (!inner.open()) fail("", errno);
  }

  void make_folders_of(const std::string& name) {
    for (size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      const std::string folder = name.substr(0, slash);
      if (folders.contains(folder)) continue;
      const auto place = folders.insert(folder).first;  // before it is made, lest it be forgotten
      if (::mkdirat(inner.get(), folder.c_str(), 0777) == 0) continue;
      const int error = errno;
      folders.erase(place);
      fail(folder, error);
    }
  }

  void write(const std::string& name, std::string_view content) {
    if (!core::stays_within(name)) {
      throw Error(path + ": expected the name of a file within the folder, found \"" + name + "\"");
    }
    make_folders_of(name);
    names.push_back(name);  // before there is such a file, lest it be forgotten
    const Descriptor file(core::uninterrupted([&] {
      return ::openat(inner.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }));
    if (!file.open()) fail(name, errno);
    if (const int error = core::write_all(file.get(), content)) fail(name, error);
  }

  // Where a file system cannot rename without replacing, an empty folder keeps the place meanwhile.
  int rename_to_new() const {
    if (::renameat2(outer.get(), core::kInside, AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::mkdir(path.c_str(), 0700) != 0) return errno;
    if (::renameat(outer.get(), core::kInside, AT_FDCWD, path.c_str()) == 0) return 0;
    const int error = errno;
    ::rmdir(path.c_str());
    return error;
  }

  void move_into(const Descriptor& target, const std::string& name) const {
    if (const size_t slash = name.rfind('/'); slash != std::string::npos) {
      make_folders(path + "/" + name.substr(0, slash));
    }
    struct stat before = {};
    const bool replaces = ::fstatat(target.get(), name.c_str(), &before, AT_SYMLINK_NOFOLLOW) == 0;
    if (replaces && S_ISREG(before.st_mode) && ::fchmodat(inner.get(), name.c_str(), before.st_mode & 0777, 0) != 0) {
      fail(name, errno);
    }
    if (::renameat(inner.get(), name.c_str(), target.get(), name.c_str()) != 0) fail(name, errno);
  }

  void finish() {
    // One call for all of them: syncing 2,800 pictures one by one took five seconds.
    if (core::uninterrupted([&] { return ::syncfs(inner.get()); }) != 0) fail("", errno);
    if (is_new) {
      const int error = rename_to_new();
      if (error == EEXIST || error == ENOTEMPTY) throw Error(path + ": is there already: expected a new folder");
      if (error != 0) fail("", error);
      names.clear();
      folders.clear();
    } else {
      const Descriptor target = core::open_folder(AT_FDCWD, (path + "/.").c_str());
      if (!target.open()) fail("", errno);
      for (; !names.empty(); names.pop_back()) move_into(target, names.back());
      if (::fsync(target.get()) != 0 && errno != EINVAL) fail("", errno);
    }
    remove_temporary();
    if (!is_new) return;
    if (const int error = core::sync_folder(std::filesystem::path(path).parent_path().string())) fail("", error);
  }

  // Removes what was made here and nothing else.
  void remove_temporary() {
    if (temporary.empty()) return;
    for (const std::string& name : names) ::unlinkat(inner.get(), name.c_str(), 0);
    for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
      ::unlinkat(inner.get(), folder->c_str(), AT_REMOVEDIR);
    }
    if (outer.open()) ::unlinkat(outer.get(), core::kInside, AT_REMOVEDIR);
    ::rmdir(temporary.c_str());
    temporary.clear();
  }
};

FolderWriter::FolderWriter(const std::string& path, Into into) : state_(std::make_unique<State>()) {
  state_->path = core::without_slashes_at_the_end(path);
  const PathKind kind = path_kind(state_->path);
  state_->is_new = kind == PathKind::kNone;
  if (state_->path.empty()) throw Error("'': cannot be written: expected the name of a folder");
  if (!state_->is_new && into == Into::kNew) throw Error(path + ": is there already: expected a new folder");
  if (!state_->is_new && kind != PathKind::kFolder)
    throw Error(path + ": expected a folder, found " +
                (kind == PathKind::kFile ? "a file" : "a device, a pipe or a socket"));
  try {
    state_->make_temporary();
  } catch (...) {
    state_->remove_temporary();
    throw;
  }
}

FolderWriter::~FolderWriter() { state_->remove_temporary(); }

void FolderWriter::write(const std::string& name, std::string_view content) { state_->write(name, content); }

void FolderWriter::finish() { state_->finish(); }

const std::vector<std::string>& FolderWriter::leftovers() const { return state_->others; }

}  // namespace fer
