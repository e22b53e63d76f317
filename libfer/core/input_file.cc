#include "core/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>

#include "fer/file.h"

namespace fer {
namespace core {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr long kPipeFileSystem = 0x50495045;  // PIPEFS_MAGIC of statfs(2)

const char* kind_in_words(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

// Opens without waiting: a named pipe without a writer would wait for one for ever. (A socket cannot be opened at all.)
Descriptor open_to_look(const std::string& path, const OtherKind& other, struct stat& status) {
  Descriptor file(uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); }));
  if (file.open() && ::fstat(file.get(), &status) == 0) return file;
  const int error = errno;
  if (error == ENXIO && ::stat(path.c_str(), &status) == 0) throw Error(path + ": " + other(status.st_mode));
  fail(path, "read", error);
}

// A pipe without a name, as a shell makes it, has or had a writer: it comes to an end as the program behind it does.
bool is_pipe_of_a_shell(const Descriptor& file, const struct stat& status) {
  struct statfs system = {};
  return S_ISFIFO(status.st_mode) && ::fstatfs(file.get(), &system) == 0 && system.f_type == kPipeFileSystem;
}

}  // namespace

OtherKind other_than(const char* expected) {
  return [expected](mode_t mode) {
    return std::string("expected ").append(expected).append(", found ").append(kind_in_words(mode));
  };
}

InputFile::InputFile(const std::string& path, const OtherKind& other) : path_(path) {
  struct stat status = {};
  file_ = open_to_look(path, other, status);
  if (!S_ISREG(status.st_mode)) throw Error(path + ": " + other(status.st_mode));
  size_ = static_cast<uint64_t>(status.st_size);
}

void InputFile::read(uint64_t begin, std::span<char> out) const {
  for (size_t have = 0; have < out.size();) {
    const ssize_t count = uninterrupted(
        [&] { return ::pread(file_.get(), out.data() + have, out.size() - have, static_cast<off_t>(begin + have)); });
    if (count < 0) fail(path_, "read", errno);
    if (count == 0) {
      throw Error(path_ + ": file changed while it was read, expected " + std::to_string(size_) +
                  " bytes, found fewer");
    }
    have += static_cast<size_t>(count);
  }
}

std::string InputFile::beginning(size_t count) const {
  std::string content(std::min<uint64_t>(count, size_), '\0');
  read(0, content);
  return content;
}

std::string read_whole(const std::string& path, size_t limit_bytes, const OtherKind& other) {
  struct stat status = {};
  const Descriptor file = open_to_look(path, other, status);
  const bool regular = S_ISREG(status.st_mode);
  if (!regular) {
    if (!is_pipe_of_a_shell(file, status)) {
      throw Error(path + ": " + other(status.st_mode));
    }
    if (::fcntl(file.get(), F_SETFL, O_RDONLY) != 0) fail(path, "read", errno);
  }
  // The size is a hint: a pipe has none, and a file may grow.
  const auto hint = regular ? static_cast<size_t>(status.st_size) : 0;
  std::string content;
  for (size_t size = 0;;) {
    if (size > limit_bytes || hint > limit_bytes) {
      throw Error(path + ": expected at most " + std::to_string(limit_bytes) + " bytes, found more");
    }
    if (content.size() == size) content.resize(std::max(hint + 1, size + kChunkBytes));
    const ssize_t count =
        uninterrupted([&] { return ::read(file.get(), content.data() + size, content.size() - size); });
    if (count < 0) fail(path, "read", errno);
    size += static_cast<size_t>(count);
    if (count > 0) continue;
    content.resize(size);
    return content;
  }
}

}  // namespace core

std::string read_file(const std::string& path, size_t limit_bytes, const char* expected) {
  return core::read_whole(path, limit_bytes, core::other_than(expected));
}

std::string read_beginning(const std::string& path, size_t bytes) { return core::InputFile(path).beginning(bytes); }

}  // namespace fer
