#include "keras/hdf5/stored.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

#include "fer/error.h"
#include "keras/hdf5/child.h"
#include "keras/hdf5/handle.h"
#include "network/infer_layer.h"

namespace fer::keras_file {
namespace {

constexpr size_t kIndexMemoryBytes = size_t{512} << 20;
constexpr size_t kMaxWarningBytes = 8192;
constexpr uint64_t kBytesPerCpuSecond = uint64_t{4} << 20;  // gzip gives ten times that
constexpr uint64_t kCpuSeconds = 2;

// A child that opens the file, does `work` on it and says what went wrong.
template <class Work>
Child reading_child(int fd, std::string_view content, const ChildLimits& limits, const Work& work) {
  auto file = std::make_shared<hid_t>(-1);
  return Child(
      limits, [=] { *file = fd >= 0 ? open_hdf5(fd) : open_hdf5(content); },
      [=](Sender& sender) {
        const auto fail = [&](std::string_view why) {
          sender.number(static_cast<uint64_t>(Tag::kError));
          sender.text(why.substr(0, kMaxWarningBytes));
        };
        try {
          work(checked(*file), sender);
          sender.number(static_cast<uint64_t>(Tag::kEnd));
        } catch (const Hdf5Error& e) {
          fail(e.what());
        } catch (const std::bad_alloc&) {
          fail(fmt::format(
              "expected a file that is read in {} MiB of memory, found one that needs more, or there is less",
              limits.memory_bytes >> 20));
        }
      });
}

// The next tag; Error where the child says so.
Tag next(Child& child) {
  const auto tag = static_cast<Tag>(child.number());
  if (tag == Tag::kError) throw Error(child.text(kMaxWarningBytes));
  return tag;
}

[[noreturn]] void fail_on_protocol() {
  throw Error("expected a whole HDF5 file, found one that misleads libhdf5, or it has too little memory");
}

// The member for a path of the file, made with all above it. On Windows Keras wrote '\' for '/'.
Stored& made(Stored& root, const std::string& path) {
  Stored* at = &root;
  size_t begin = 0, depth = 0;
  while (begin < path.size()) {
    const size_t end = std::min(path.find_first_of("/\\", begin), path.size());
    if (end > begin) {
      std::unique_ptr<Stored>& member = at->members[path.substr(begin, end - begin)];
      if (!member) member = std::make_unique<Stored>();
      if (++depth > 4 * kMaxDepth) throw Error("expected groups at most 32 deep, found more");
      at = member.get();
    }
    begin = end + 1;
  }
  at->path = path;
  return *at;
}

void receive_dataset(Child& child, Stored& stored) {
  stored.is_dataset = true;
  stored.is_float = child.number() != 0;
  const uint64_t rank = child.number();
  if (rank > kMaxRank) fail_on_protocol();
  stored.dims.clear();
  for (uint64_t axis = 0; axis < rank; ++axis) {
    const uint64_t extent = child.number();
    if (extent > static_cast<uint64_t>(INT64_MAX)) throw Error("'" + stored.path + "': expected a smaller extent");
    stored.dims.push_back(static_cast<int64_t>(extent));
  }
}

void receive_text(Child& child, Stored& stored, size_t& bytes) {
  std::vector<std::string>& values = stored.texts[child.text(kMaxPathBytes)];
  const uint64_t count = child.number();
  if (count > kMaxMembers) fail_on_protocol();
  values.clear();
  for (uint64_t i = 0; i < count; ++i) {
    values.push_back(child.text(kMaxTextBytes));
    if ((bytes += values.back().size() + sizeof(std::string)) > 4 * kMaxTextsBytes) fail_on_protocol();
  }
}

uint64_t elements(const Stored& dataset, uint64_t limit) {
  uint64_t count = 1;
  for (const int64_t extent : dataset.dims) {
    if (__builtin_mul_overflow(count, static_cast<uint64_t>(extent), &count) || count > limit) return limit + 1;
  }
  return count;
}

}  // namespace

const Stored* Stored::find(std::string_view below) const {
  const Stored* at = this;
  while (at != nullptr && !below.empty()) {
    const size_t end = std::min(below.find_first_of("/\\"), below.size());
    if (end > 0) {
      const auto found = at->members.find(std::string(below.substr(0, end)));
      at = found == at->members.end() ? nullptr : found->second.get();
    }
    below.remove_prefix(std::min(end + 1, below.size()));
  }
  return at;
}

bool Stored::has_list(const std::string& name) const { return texts.contains(name) || texts.contains(name + "0"); }

std::vector<std::string> Stored::list(const std::string& name) const {
  if (const auto whole = texts.find(name); whole != texts.end()) return whole->second;
  std::vector<std::string> values;
  for (int i = 0;; ++i) {
    const auto part = texts.find(name + std::to_string(i));
    if (part == texts.end()) return values;
    values.insert(values.end(), part->second.begin(), part->second.end());
  }
}

StoredFile::StoredFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat status = {};
  if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
    const std::string why = std::generic_category().message(errno);
    if (fd_ >= 0) ::close(fd_);
    throw Error("cannot be read: " + why);
  }
  bytes_ = static_cast<uint64_t>(status.st_size);
  try {
    if (!S_ISREG(status.st_mode)) throw Error("expected a regular file, found another kind");
    read_index();
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

StoredFile StoredFile::of_content(std::string content) {
  StoredFile file;
  file.bytes_ = content.size();
  file.content_ = std::move(content);
  file.read_index();
  return file;
}

StoredFile::StoredFile(StoredFile&& other) noexcept

    : fd_(std::exchange(other.fd_, -1)),
      content_(std::move(other.content_)),
      bytes_(other.bytes_),
      root_(std::move(other.root_)) {}

StoredFile::~StoredFile() {
  if (fd_ >= 0) ::close(fd_);
}

void StoredFile::read_index() {
  Child child =
      reading_child(fd_, content_, {kIndexMemoryBytes, kCpuSeconds + bytes_ / kBytesPerCpuSecond}, send_index);
  Stored* at = nullptr;
  size_t members = 0, text_bytes = 0;
  for (Tag tag = next(child); tag != Tag::kEnd; tag = next(child)) {
    if (tag == Tag::kGroup || tag == Tag::kDataset) {
      if (++members > kMaxMembers) fail_on_protocol();
      at = &made(root_, child.text(kMaxPathBytes));
    }
    if (tag == Tag::kDataset) {
      receive_dataset(child, *at);
    } else if (tag == Tag::kText && at != nullptr) {
      receive_text(child, *at, text_bytes);
    } else if (tag != Tag::kGroup) {
      fail_on_protocol();
    }
  }
}

uint64_t StoredFile::limit() const { return (bytes_ * kMaxExpansion + kFreeBytes) / sizeof(float); }

void StoredFile::check(const std::vector<const Stored*>& datasets) const {
  uint64_t total = 0;
  for (const Stored* dataset : datasets) {
    total += elements(*dataset, limit());
    if (total <= limit()) continue;
    throw Error(fmt::format("'{}': expected at most {} numbers in a file of {} bytes, found more", dataset->path,
                            limit(), bytes_));
  }
}

void StoredFile::read(const std::vector<Wanted>& wanted) const {
  std::vector<const Stored*> datasets;
  uint64_t total = 0, largest = 0;
  datasets.reserve(wanted.size());
  for (const Wanted& one : wanted) datasets.push_back(one.dataset);
  check(datasets);
  for (const Wanted& one : wanted) {
    const uint64_t count = elements(*one.dataset, limit());
    largest = std::max(largest, count);
    total += count;
  }
  const uint64_t bytes = largest * sizeof(double) + largest * sizeof(float) + kIndexMemoryBytes;
  Child child = reading_child(fd_, content_, {bytes, kCpuSeconds + (bytes_ + total) / kBytesPerCpuSecond},
                              [&](hid_t file, Sender& sender) { send_values(file, wanted, sender); });
  std::vector<float> values;
  for (const Wanted& one : wanted) {
    values.resize(elements(*one.dataset, limit()));
    if (next(child) != Tag::kValues || child.number() != values.size()) fail_on_protocol();
    child.bytes(values.data(), values.size() * sizeof(float));
    one.take(values);
  }
}

}  // namespace fer::keras_file
