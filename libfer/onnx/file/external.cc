#include "onnx/file/external.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <vector>

#include "fer/error.h"
#include "network/json_text.h"

namespace fer::onnx_file {
namespace {

constexpr int64_t kBytesReadTwice = int64_t{1} << 26;  // that may be read twice
constexpr int64_t kMaxExternalBytes = int64_t{1} << 33;
constexpr size_t kMaxFiles = 64;
constexpr size_t kMaxLocationBytes = 1024;
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

[[noreturn]] void refuse_place(const std::string& location) {
  throw Error("expected its data in a file within the model's own folder, found " + shown(location));
}

std::vector<std::string> parts_of(const std::string& location) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= location.size();) {
    const size_t end = std::min(location.find('/', begin), location.size());
    parts.push_back(location.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void check_location(const std::string& location) {
  const bool plain =
      !location.empty() && location.size() <= kMaxLocationBytes && location.find('\0') == std::string::npos;
  if (!plain || location.front() == '/') refuse_place(location);
  for (const std::string& part : parts_of(location)) {
    if (part.empty() || part == "..") refuse_place(location);
  }
}

// Where the kernel has no openat2: folder by folder, through no link at all.
int open_without_links(int folder, const std::string& location) {
  const std::vector<std::string> parts = parts_of(location);
  int at = folder;
  for (size_t i = 0; i < parts.size(); ++i) {
    const int flags = i + 1 < parts.size() ? O_PATH | O_DIRECTORY | O_CLOEXEC : kFlags;
    const int next = ::openat(at, parts[i].c_str(), flags | O_NOFOLLOW);
    const int error = errno;
    if (at != folder) ::close(at);
    errno = error;
    if (next < 0) return -1;
    at = next;
  }
  return at;
}

// -1, with errno, where there is none or a link leads out of the folder.
int open_beneath(int folder, const std::string& location) {
  open_how how = {};
  how.flags = kFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, folder, location.c_str(), &how, sizeof how);
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
  return open_without_links(folder, location);
}

int64_t number_of(const std::string& key, const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= 0) return value;
  throw Error(fmt::format("external data: {}: expected a number of bytes, found {}", key, shown(text)));
}

struct Place {
  std::string location;
  int64_t offset = 0, length = -1;  // -1: not said
};

Place place_of(const onnx::TensorProto& tensor) {
  Place place;
  for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() == "offset") place.offset = number_of("offset", entry.value());
    if (entry.key() == "length") place.length = number_of("length", entry.value());
  }
  return place;
}

void read_fully(int fd, int64_t offset, std::string& bytes, const std::string& location) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + static_cast<int64_t>(done)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error(fmt::format("{}: cannot be read: {}", shown(location), std::strerror(errno)));
    if (count == 0) throw Error(fmt::format("{}: expected more bytes, found its end", shown(location)));
    done += static_cast<size_t>(count);
  }
}

}  // namespace

ExternalData::ExternalData(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  folder_ = ::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

ExternalData::~ExternalData() {
  for (const auto& [location, file] : files_) ::close(file.fd);
  if (folder_ >= 0) ::close(folder_);
}

const ExternalData::File& ExternalData::file(const std::string& location) {
  if (const auto found = files_.find(location); found != files_.end()) return found->second;
  check_location(location);
  if (files_.size() >= kMaxFiles) throw Error(fmt::format("expected data in at most {} files, found more", kMaxFiles));
  const int fd = open_beneath(folder_, location);
  if (fd < 0 && (errno == EXDEV || errno == ELOOP)) {
    throw Error("expected its data in a file within the model's own folder, found a link out of it: " +
                shown(location));
  }
  if (fd < 0) {
    throw Error(
        fmt::format("expected its data in {} beside the model, found none there ({}): put that file, which came "
                    "with the model, into the same folder",
                    shown(location), std::strerror(errno)));
  }
  const File& file = files_.emplace(location, File{.fd = fd}).first->second;
  struct stat info = {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    throw Error("expected its data in a regular file, found another kind: " + shown(location));
  }
  if (info.st_size > kMaxExternalBytes) {
    throw Error(fmt::format("{}: expected at most {} bytes, found {}", shown(location), kMaxExternalBytes,
                            static_cast<int64_t>(info.st_size)));
  }
  files_[location].bytes = info.st_size;
  file_bytes_ += info.st_size;
  return file;
}

std::string ExternalData::read(const onnx::TensorProto& tensor, int64_t bytes) {
  if (folder_ < 0) throw Error("expected its data in this file, found them in another");
  const Place place = place_of(tensor);
  const File& from = file(place.location);
  if (place.length >= 0 && place.length != bytes) {
    throw Error(fmt::format("expected {} bytes of external data, found {}", bytes, place.length));
  }
  if (place.offset > from.bytes || bytes > from.bytes - place.offset) {
    throw Error(
        fmt::format("expected {} bytes from byte {} of {}, found a file of {} bytes: it is another file, or not "
                    "whole",
                    bytes, place.offset, shown(place.location), from.bytes));
  }
  read_bytes_ += bytes;
  if (read_bytes_ > file_bytes_ + kBytesReadTwice) {
    throw Error("expected no more data than the files hold, found the same ones too often");
  }
  std::string content(static_cast<size_t>(bytes), '\0');
  read_fully(from.fd, place.offset, content, place.location);
  return content;
}

}  // namespace fer::onnx_file
