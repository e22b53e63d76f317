#include "fer/picture_folder.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <span>

#include "core/atomic_file.h"
#include "core/file_kind.h"
#include "core/parallel.h"
#include "data/checksum.h"
#include "data/file_pictures.h"
#include "data/folder_cache.h"
#include "data/folder_scan.h"
#include "fer/error.h"
#include "fer/image.h"
#include "image/image_codecs.h"

namespace fer {
namespace data {
namespace {

constexpr int64_t kWindow = 256;  // pictures decoded side by side before they are put in order
constexpr size_t kNamed = 3;      // bad pictures that a message names

// One picture of the window: what it is, or why its bytes are bad, or what kept it from being looked at.
struct Slot {
  Image image;
  std::string reason;
  std::exception_ptr failure = nullptr;
  uint64_t checksum = 0;
};

struct CacheFailure {
  const char* reason;
};
constexpr const char* kDamaged = "is damaged";
constexpr const char* kGoodNow = "does not have a picture that can be read now";

std::string bytes_of(const std::string& path) {
  constexpr size_t kMaxFileBytes = size_t{1} << 30;
  return core::read_expected(path, core::Expected::kPicture, kMaxFileBytes);
}

bool is_dangling_link(const std::string& path) {
  std::error_code failure;
  return std::filesystem::is_symlink(std::filesystem::symlink_status(path, failure)) &&
         std::filesystem::status(path, failure).type() == std::filesystem::file_type::not_found;
}

class FolderReader {
 public:
  FolderReader(const std::string& path, const FolderOptions& options) : path_(path), options_(options) {}

  PictureFolder run() {
    FolderScan scan = scan_folder(path_);
    Dataset& data = result_.data;
    data.height = options_.height;
    data.width = options_.width;
    data.channels = options_.channels;
    data.class_names = scan.class_names;
    result_.other_files = scan.other_files;
    result_.without_classes = std::move(scan.without_classes);
    const auto count = static_cast<int64_t>(scan.pictures.size());
    if (data.picture_bytes() < 1) throw Error(path_ + ": expected a size of at least one pixel to fit pictures to");
    in_files_ = count > options_.memory_bytes / data.picture_bytes();
    pictures_ = scan.pictures;
    begin();
    if (options_.cache_dir.empty()) {
      read_all();
    } else {
      FolderCache cache(path_, options_.cache_dir, shape(), scan.pictures);
      read_with(cache);
    }
    data.source = files_;
    check(count);
    return std::move(result_);
  }

 private:
  PictureShape shape() const { return {options_.height, options_.width, options_.channels}; }

  // No picture has been read.
  void begin() {
    Dataset& data = result_.data;
    next_ = 0;
    result_.bad.clear();
    data.pixels.clear();
    data.labels.clear();
    data.usage.clear();
    data.files.clear();
    files_ = in_files_ ? std::make_shared<FilePictures>(shape()) : nullptr;
    if (!in_files_) data.pixels.reserve(pictures_.size() * static_cast<size_t>(data.picture_bytes()));
  }

  void read_all() {
    while (!done()) read_window([&](size_t i) { return read_one(pictures_[i].path); });
  }

  void read_with(const FolderCache& cache) {
    std::string reason;
    std::shared_ptr<const PictureCache> opened = cache.open(reason);
    if (opened && read_from(*opened, reason)) {
      result_.notes.push_back(cache.path() + ": the cache of " + path_ + " is used");
    } else {
      opened = make(cache, reason) ? cache.open(reason) : nullptr;
    }
    if (files_ && opened) files_->use(opened, options_.on_note);
  }

  // False, and nothing read, where the cache turns out to be damaged; then `reason` says so.
  bool read_from(const PictureCache& cache, std::string& reason) {
    try {
      while (!done()) {
        read_window([&](size_t i) { return cached(cache, i); });
      }
      return true;
    } catch (const CacheFailure& failure) {
      reason = failure.reason;
      begin();
      return false;
    }
  }

  Slot cached(const PictureCache& cache, size_t i) const {
    const CacheEntry& entry = cache.entries()[i];
    Slot slot;
    if (entry.record < 0) {  // what is the matter with it is not in the cache
      slot = read_one(pictures_[i].path);
      if (!slot.failure && slot.reason.empty()) slot.failure = std::make_exception_ptr(CacheFailure{kGoodNow});
      return slot;
    }
    slot.checksum = entry.checksum;
    if (in_files_) return slot;
    try {
      slot.image.pixels.resize(static_cast<size_t>(result_.data.picture_bytes()));
      cache.read(entry.record, entry.checksum, slot.image.pixels);
    } catch (const Error&) {
      slot.failure = std::make_exception_ptr(CacheFailure{kDamaged});
    } catch (...) {
      slot.failure = std::current_exception();
    }
    return slot;
  }

  // Reads all pictures, and writes them to the cache as far as that can be done. False: there is none.
  bool make(const FolderCache& cache, const std::string& reason) {
    try {
      cache.prepare();
      core::write_file_atomically(cache.path(), [&](const FileSink& sink) { write(cache, sink); });
      result_.notes.push_back(cache.path() + ": the cache of " + path_ + " is made" +
                              (reason.empty() ? "" : " anew: the one that was there: " + reason));
      return true;
    } catch (const Error& error) {
      if (reading_failed_) throw;
      result_.notes.push_back(std::string(error.what()) + ": " + path_ + " goes without a cache");
      read_all();
      return false;
    }
  }

  void write(const FolderCache& cache, const FileSink& sink) {
    PictureCacheWriter writer(shape(), static_cast<int64_t>(pictures_.size()), sink);
    while (!done()) {
      const size_t first = next_;
      const std::vector<Slot> slots = read_window([&](size_t i) { return read_one(pictures_[i].path); });
      for (size_t i = 0; i < slots.size(); ++i) {
        writer.add(cache.stamps()[first + i], slots[i].image.pixels, slots[i].checksum);
      }
    }
    writer.finish();
  }

  bool done() const { return next_ == pictures_.size(); }

  // The next pictures, as `slot` gives them, side by side.
  template <class F>
  std::vector<Slot> read_window(const F& slot) {
    const size_t first = next_;
    std::vector<Slot> slots(std::min(static_cast<size_t>(kWindow), pictures_.size() - first));
    reading_failed_ = true;
    parallel_for(static_cast<int64_t>(slots.size()),
                 [&](int64_t i) { slots[static_cast<size_t>(i)] = slot(first + static_cast<size_t>(i)); });
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].failure) std::rethrow_exception(slots[i].failure);
      if (slots[i].reason.empty()) {
        add(pictures_[first + i], slots[i]);
      } else {
        result_.bad.push_back({pictures_[first + i].path, slots[i].reason});
      }
    }
    next_ += slots.size();
    reading_failed_ = false;
    return slots;
  }

  // Never throws: it runs in a parallel loop.
  Slot read_one(const std::string& path) const {
    try {
      if (is_dangling_link(path)) return {{}, "is a link that leads nowhere"};
      const std::string bytes = bytes_of(path);
      try {
        Slot slot{fitted(image::decode_image(bytes, path), options_.height, options_.width, options_.channels), ""};
        slot.checksum = checksum_of(slot.image.pixels);
        return slot;
      } catch (const Error& error) {
        std::string reason = error.what();
        if (reason.starts_with(path + ": ")) reason.erase(0, path.size() + 2);
        return {{}, reason};
      }
    } catch (...) {
      return {{}, "", std::current_exception()};
    }
  }

  void add(const FoundPicture& picture, const Slot& slot) {
    Dataset& data = result_.data;
    if (files_) {
      files_->add(picture.path, slot.checksum);
    } else {
      data.pixels.insert(data.pixels.end(), slot.image.pixels.begin(), slot.image.pixels.end());
    }
    data.labels.push_back(static_cast<uint8_t>(picture.class_index));
    data.usage.push_back(picture.usage);
    data.files.push_back(picture.path);
  }

  void check(int64_t count) const {
    const size_t bad = result_.bad.size();
    if (bad == 0 || (options_.skip_bad && bad < static_cast<size_t>(count))) return;
    std::string message = path_ + ": " + std::to_string(bad) + " of " + std::to_string(count) +
                          " pictures cannot be read" + (options_.skip_bad ? "" : " (--skip-bad leaves them out)");
    for (size_t i = 0; i < std::min(bad, kNamed); ++i) {
      message += (i == 0 ? ": " : "; ") + result_.bad[i].path + ": " + result_.bad[i].reason;
    }
    if (bad > kNamed) message += "; and " + std::to_string(bad - kNamed) + " more";
    throw Error(message);
  }

  const std::string& path_;
  const FolderOptions& options_;
  PictureFolder result_;
  std::span<const FoundPicture> pictures_;
  size_t next_ = 0;  // the first picture that was not read
  bool in_files_ = false, reading_failed_ = false;
  std::shared_ptr<FilePictures> files_;
};

}  // namespace
}  // namespace data

PictureFolder read_picture_folder(const std::string& path, const FolderOptions& options) {
  return data::FolderReader(path, options).run();
}

}  // namespace fer
