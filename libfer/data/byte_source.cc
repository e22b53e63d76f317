#include "data/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "fer/error.h"

namespace fer {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what, int error) {
  throw Error(path + ": " + what + ": " + std::generic_category().message(error));
}

}  // namespace

std::string_view MemorySource::read(int64_t begin, int64_t end, std::vector<char>&) const {
  return bytes_.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}

FileSource::FileSource(const std::string& path) : path_(path) {
  // O_NONBLOCK: opening a pipe without a writer must end in the message below, not wait.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail(path, "cannot open", errno);
  struct stat status;
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (known && S_ISREG(status.st_mode)) {
    size_ = status.st_size;
    return;
  }
  const int error = errno;
  ::close(descriptor_);
  if (!known) fail(path, "cannot open", error);
  throw Error(path + ": not a file, expected a CSV file, found " +
              (S_ISDIR(status.st_mode) ? "a directory" : "a device or pipe"));
}

FileSource::~FileSource() { ::close(descriptor_); }

std::string_view FileSource::read(int64_t begin, int64_t end, std::vector<char>& buffer) const {
  const auto wanted = static_cast<size_t>(end - begin);
  if (buffer.size() < wanted) buffer.resize(wanted);
  size_t have = 0;
  while (have < wanted) {
    const ssize_t got = ::pread(descriptor_, buffer.data() + have, wanted - have, begin + static_cast<int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, "cannot read", errno);
    if (got == 0)
      throw Error(path_ + ": file changed while it was read, expected " + std::to_string(size_) +
                  " bytes, found fewer");
    have += static_cast<size_t>(got);
  }
  return {buffer.data(), wanted};
}

}  // namespace fer
