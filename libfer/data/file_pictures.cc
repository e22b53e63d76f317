#include "data/file_pictures.h"

#include <algorithm>

#include "data/checksum.h"
#include "fer/error.h"

namespace fer::data {

Image read_fitted(const std::string& path, int64_t height, int64_t width, int64_t channels) {
  return fitted(read_image(path), height, width, channels);
}

void FilePictures::add(std::string path, uint64_t checksum) {
  paths_.push_back(std::move(path));
  checksums_.push_back(checksum);
}

void FilePictures::use(std::shared_ptr<const PictureCache> cache, std::function<void(const std::string&)> say) {
  cache_ = std::move(cache);
  say_ = std::move(say);
}

bool FilePictures::read_cached(size_t i, std::span<uint8_t> out) const {
  if (!cache_) return false;
  try {
    cache_->read(static_cast<int64_t>(i), checksums_[i], out);
    return true;
  } catch (const Error& error) {
    std::call_once(damage_said_, [&] {
      cache_->remove();
      if (say_) say_(std::string(error.what()) + ": removed; its pictures are decoded from their files where needed");
    });
    return false;
  }
}

void FilePictures::read(int64_t i, std::span<uint8_t> out) const {
  const auto at = static_cast<size_t>(i);
  if (read_cached(at, out)) return;
  const Image image = read_fitted(paths_[at], shape_.height, shape_.width, shape_.channels);
  if (checksum_of(image.pixels) != checksums_[at]) {
    throw Error(paths_[at] + ": the picture changed while it was in use");
  }
  std::copy(image.pixels.begin(), image.pixels.end(), out.begin());
}

}  // namespace fer::data
