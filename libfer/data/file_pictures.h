// Pictures that stay in their files, or in the cache of them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/picture_cache.h"
#include "fer/dataset.h"
#include "fer/image.h"

namespace fer::data {

// The file's picture, decoded and fitted.
Image read_fitted(const std::string& path, int64_t height, int64_t width, int64_t channels);

class FilePictures final : public PictureSource {
 public:
  explicit FilePictures(const PictureShape& shape) : shape_(shape) {}

  void add(std::string path, uint64_t checksum);
  // From now on pictures, whose records are in the order in which they were added, are read from the cache, and decoded
  // from their files where it turns out to be damaged; then it is removed, and said once, to `say` if there is one,
  // from whichever thread sees it.
  void use(std::shared_ptr<const PictureCache> cache, std::function<void(const std::string&)> say);

  int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  uint64_t checksum(int64_t i) const override { return checksums_[static_cast<size_t>(i)]; }
  void read(int64_t i, std::span<uint8_t> out) const override;

 private:
  bool read_cached(size_t i, std::span<uint8_t> out) const;

  PictureShape shape_;
  std::vector<std::string> paths_;
  std::vector<uint64_t> checksums_;
  std::shared_ptr<const PictureCache> cache_;
  std::function<void(const std::string&)> say_;
  mutable std::once_flag damage_said_;
};

}  // namespace fer::data
