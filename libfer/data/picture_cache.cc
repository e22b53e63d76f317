#include "data/picture_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "core/assert.h"
#include "data/checksum.h"
#include "fer/error.h"
#include "fer/version.h"

namespace fer::data {
namespace {

// The file: a header, the pictures' bytes, an entry for each picture of the folder, a footer. Numbers are as this
// machine has them: a file from another kind of machine has another mark.
constexpr uint64_t kMark = 0x3148434143524546;  // "FERCACH1"
constexpr size_t kPutTogether = size_t{1} << 20;

struct CacheHeader {
  uint64_t mark = kMark;
  uint64_t version = 0;  // of the library: what decodes and fits may change with it
  int64_t height = 0, width = 0, channels = 0, pictures = 0;
  bool operator==(const CacheHeader&) const = default;
};

struct CacheFooter {
  int64_t records = 0;
  uint64_t checksum = 0;  // of header and entries
};

static_assert(sizeof(CacheHeader) == 48 && sizeof(CacheEntry) == 40 && sizeof(CacheFooter) == 16, "no padding");

template <class T>
std::span<const uint8_t> bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()};
}

CacheHeader header_of(const PictureShape& shape, int64_t pictures) {
  const std::string version = fer::version();
  return {.version = checksum_of(bytes_of(std::span<const char>(version))),
          .height = shape.height,
          .width = shape.width,
          .channels = shape.channels,
          .pictures = pictures};
}

uint64_t table_checksum(const CacheHeader& header, std::span<const CacheEntry> entries) {
  const std::array<uint64_t, 2> both = {checksum_of(bytes_of(std::span(&header, 1))), checksum_of(bytes_of(entries))};
  return checksum_of(bytes_of(std::span<const uint64_t>(both)));
}

template <class T>
void read_at(const core::InputFile& file, uint64_t begin, std::span<T> out) {
  file.read(begin, {reinterpret_cast<char*>(out.data()), out.size_bytes()});
}

[[noreturn]] void refuse(const core::InputFile& file, const std::string& reason) {
  throw Error(file.path() + ": " + reason);
}

void check_header(const core::InputFile& file, const CacheHeader& wanted) {
  CacheHeader found;
  if (file.size() < sizeof(CacheHeader) + sizeof(CacheFooter)) refuse(file, "is no cache of pictures");
  read_at(file, 0, std::span(&found, 1));
  if (found.mark != kMark) refuse(file, "is no cache of pictures");
  if (found.version != wanted.version) refuse(file, "is of another version of libfer");
  if (found == wanted) return;
  CacheHeader but_for_number = found;
  but_for_number.pictures = wanted.pictures;
  refuse(file, but_for_number == wanted ? "is of " + std::to_string(found.pictures) + " pictures, found " +
                                              std::to_string(wanted.pictures) + " in the folder"
                                        : "is of pictures of another size");
}

}  // namespace

PictureCacheWriter::PictureCacheWriter(const PictureShape& shape, int64_t pictures, const FileSink& sink)
    : sink_(sink) {
  const CacheHeader header = header_of(shape, pictures);
  entries_.reserve(static_cast<size_t>(pictures));
  put(&header, sizeof header);
  header_checksum_ = checksum_of(bytes_of(std::span(&header, 1)));
}

void PictureCacheWriter::put(const void* bytes, size_t count) {
  waiting_.append(static_cast<const char*>(bytes), count);
  if (waiting_.size() < kPutTogether) return;
  sink_(waiting_);
  waiting_.clear();
}

void PictureCacheWriter::add(const CacheStamp& stamp, std::span<const uint8_t> pixels, uint64_t checksum) {
  entries_.push_back({stamp, checksum, pixels.empty() ? -1 : records_});
  if (pixels.empty()) return;
  ++records_;
  put(pixels.data(), pixels.size());
}

void PictureCacheWriter::finish() {
  const std::array<uint64_t, 2> both = {header_checksum_, checksum_of(bytes_of(std::span<const CacheEntry>(entries_)))};
  const CacheFooter footer = {records_, checksum_of(bytes_of(std::span<const uint64_t>(both)))};
  put(entries_.data(), entries_.size() * sizeof(CacheEntry));
  put(&footer, sizeof footer);
  sink_(waiting_);
  waiting_.clear();
}

PictureCache::PictureCache(const std::string& path, const PictureShape& shape, int64_t pictures)
    : file_(path), picture_bytes_(static_cast<size_t>(shape.height * shape.width * shape.channels)) {
  const CacheHeader wanted = header_of(shape, pictures);
  check_header(file_, wanted);
  CacheFooter footer;
  read_at(file_, file_.size() - sizeof(CacheFooter), std::span(&footer, 1));
  const uint64_t table = static_cast<uint64_t>(pictures) * sizeof(CacheEntry),
                 room = file_.size() - sizeof(CacheHeader) - sizeof(CacheFooter);
  // (What is no whole number of pictures is cut short, whatever the last bytes say.)
  const bool whole = footer.records >= 0 && footer.records <= wanted.pictures && room >= table &&
                     room - table == static_cast<uint64_t>(footer.records) * picture_bytes_;
  if (!whole) refuse(file_, "is not whole");
  entries_.resize(static_cast<size_t>(pictures));
  read_at(file_, file_.size() - sizeof(CacheFooter) - table, std::span(entries_));
  if (table_checksum(wanted, entries_) != footer.checksum) refuse(file_, "is damaged");
}

void PictureCache::read(int64_t record, uint64_t checksum, std::span<uint8_t> out) const {
  FER_ASSERT(record >= 0 && out.size() == picture_bytes_);
  read_at(file_, sizeof(CacheHeader) + static_cast<uint64_t>(record) * picture_bytes_, out);
  if (checksum_of(out) != checksum) refuse(file_, "is damaged");
}

void PictureCache::remove() const {
  struct stat own = {}, there = {};
  if (::fstat(file_.descriptor(), &own) == 0 && ::stat(path().c_str(), &there) == 0 && own.st_dev == there.st_dev &&
      own.st_ino == there.st_ino) {
    ::unlink(path().c_str());
  }
}

}  // namespace fer::data
