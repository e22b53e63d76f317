#include "train/files/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "fer/error.h"

namespace fer::train {
namespace {

using core::Descriptor;
using core::uninterrupted;

std::string this_process() {
  char host[256] = {};
  if (::gethostname(host, sizeof host - 1) != 0 || host[0] == 0) return fmt::format("process {}", ::getpid());
  return fmt::format("process {} on {}", ::getpid(), host);
}

// What the holder wrote: its own words, so far as they are one line.
std::string holder(const Descriptor& file) {
  char text[320];
  const ssize_t size = uninterrupted([&] { return ::pread(file.get(), text, sizeof text, 0); });
  const std::string words(text, size > 0 ? static_cast<size_t>(size) : 0);
  const size_t end = words.find('\n');
  return words.starts_with("process ") && end != std::string::npos ? words.substr(0, end) : "another process";
}

// Whether `file` is what lies at `path`: the last holder removes the file when it ends.
bool still_there(const Descriptor& file, const std::string& path) {
  struct stat held = {}, found = {};
  return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &found) == 0 && held.st_dev == found.st_dev &&
         held.st_ino == found.st_ino;
}

}  // namespace

RunLock::RunLock(const std::string& folder) : path_(folder + "/run.lock") {
  for (;;) {
    Descriptor file(uninterrupted(
        [&] { return ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666); }));
    if (!file.open()) {
      // Nobody can train where nothing can be written: what is to be written there will say so.
      if (errno == EROFS || errno == EACCES || errno == EPERM) return;
      core::fail(path_, "written", errno);
    }
    if (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) {  // a file system without locks
        ::unlink(path_.c_str());
        return;
      }
      throw Error(
          fmt::format("{}: in use by {}: wait until that run ends, or choose another folder", folder, holder(file)));
    }
    if (!still_there(file, path_)) continue;
    file_ = std::move(file);
    // Only words for people: a full disk is no reason to stop here.
    const std::string words = this_process() + "\n";
    if (::ftruncate(file_.get(), 0) == 0) (void)core::write_all(file_.get(), words);
    return;
  }
}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  return *this;
}

void RunLock::release() {
  if (!held()) return;
  ::unlink(path_.c_str());
  // A child process that this one made meanwhile shares the lock: closing alone would leave it locked.
  ::flock(file_.get(), LOCK_UN);
  file_ = Descriptor();
}

}  // namespace fer::train
