#include "fer/picture_folder.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>

#include "core/file_kind.h"
#include "core/parallel.h"
#include "data/checksum.h"
#include "data/folder_scan.h"
#include "fer/error.h"
#include "fer/image.h"
#include "image/image_codecs.h"

namespace fer {
namespace data {
namespace {

constexpr int64_t kWindow = 256;  // pictures decoded side by side before they are put in order
constexpr size_t kNamed = 3;      // bad pictures that a message names

Image read_fitted(const std::string& path, int64_t height, int64_t width, int64_t channels) {
  return fitted(read_image(path), height, width, channels);
}

// Pictures that stay in their files.
class FilePictures final : public PictureSource {
 public:
  FilePictures(int64_t height, int64_t width, int64_t channels) : height_(height), width_(width), channels_(channels) {}

  void add(std::string path, uint64_t checksum) {
    paths_.push_back(std::move(path));
    checksums_.push_back(checksum);
  }
  int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  uint64_t checksum(int64_t i) const override { return checksums_[i]; }
  void read(int64_t i, std::span<uint8_t> out) const override {
    const Image image = read_fitted(paths_[i], height_, width_, channels_);
    if (checksum_of(image.pixels) != checksums_[i]) {
      throw Error(paths_[i] + ": the picture changed while it was in use");
    }
    std::copy(image.pixels.begin(), image.pixels.end(), out.begin());
  }

 private:
  int64_t height_, width_, channels_;
  std::vector<std::string> paths_;
  std::vector<uint64_t> checksums_;
};

// One picture of the window: what it is, or why its bytes are bad, or what kept it from being looked at.
struct Slot {
  Image image;
  std::string reason;
  std::exception_ptr failure = nullptr;
};

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
    if (count > options_.memory_bytes / data.picture_bytes()) {
      files_ = std::make_shared<FilePictures>(data.height, data.width, data.channels);
    } else {
      data.pixels.reserve(static_cast<size_t>(count * data.picture_bytes()));
    }
    for (int64_t first = 0; first < count; first += kWindow) {
      read_window(std::span(scan.pictures).subspan(first, std::min(kWindow, count - first)));
    }
    data.source = files_;
    check(count);
    return std::move(result_);
  }

 private:
  void read_window(std::span<const FoundPicture> pictures) {
    std::vector<Slot> slots(pictures.size());
    parallel_for(static_cast<int64_t>(pictures.size()), [&](int64_t i) { slots[i] = read_one(pictures[i].path); });
    for (size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].failure) std::rethrow_exception(slots[i].failure);
      if (slots[i].reason.empty()) {
        add(pictures[i], slots[i].image);
      } else {
        result_.bad.push_back({pictures[i].path, slots[i].reason});
      }
    }
  }

  // Never throws: it runs in a parallel loop.
  Slot read_one(const std::string& path) const {
    try {
      if (is_dangling_link(path)) return {{}, "is a link that leads nowhere"};
      const std::string bytes = bytes_of(path);
      try {
        return {fitted(image::decode_image(bytes, path), options_.height, options_.width, options_.channels), ""};
      } catch (const Error& error) {
        std::string reason = error.what();
        if (reason.starts_with(path + ": ")) reason.erase(0, path.size() + 2);
        return {{}, reason};
      }
    } catch (...) {
      return {{}, "", std::current_exception()};
    }
  }

  void add(const FoundPicture& picture, const Image& image) {
    Dataset& data = result_.data;
    if (files_) {
      files_->add(picture.path, checksum_of(image.pixels));
    } else {
      data.pixels.insert(data.pixels.end(), image.pixels.begin(), image.pixels.end());
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
  std::shared_ptr<FilePictures> files_;
};

}  // namespace
}  // namespace data

PictureFolder read_picture_folder(const std::string& path, const FolderOptions& options) {
  return data::FolderReader(path, options).run();
}

}  // namespace fer
