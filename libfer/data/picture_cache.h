// A file of decoded, fitted pictures, one after another, and of what they were made: the cache of a folder.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/input_file.h"
#include "data/crop.h"
#include "fer/file.h"

namespace fer::data {

// What a picture's file was when it was decoded. The name counts from the folder on, by its checksum.
struct CacheStamp {
  uint64_t name = 0, bytes = 0;
  int64_t time_ns = 0;  // of the last change
  bool operator==(const CacheStamp&) const = default;
};

struct CacheEntry {
  CacheStamp stamp;
  uint64_t checksum = 0;  // of the fitted picture's bytes
  int64_t record = -1;    // its place among the pictures of the file; -1: it could not be decoded
};

// Writes such a file, picture after picture, to a sink.
class PictureCacheWriter {
 public:
  // `pictures`: as many as add is called for, good or bad.
  PictureCacheWriter(const PictureShape& shape, int64_t pictures, const FileSink& sink);
  // Empty pixels: the picture is bad.
  void add(const CacheStamp& stamp, std::span<const uint8_t> pixels, uint64_t checksum);
  void finish();

 private:
  void put(const void* bytes, size_t count);

  const FileSink& sink_;
  std::string waiting_;
  std::vector<CacheEntry> entries_;
  uint64_t header_checksum_ = 0;
  int64_t records_ = 0;
};

// Such a file, open. Whoever replaces or removes it does not change what is read here.
class PictureCache {
 public:
  // `pictures`: how many the folder has now. Throws Error saying why the file is not to be used: another kind of file,
  // another version's, cut short, damaged, of another number or size of pictures.
  PictureCache(const std::string& path, const PictureShape& shape, int64_t pictures);

  const std::string& path() const { return file_.path(); }
  // Of each picture of the folder, in order, good or bad.
  const std::vector<CacheEntry>& entries() const { return entries_; }
  // Overwrites out with a record's bytes. Safe to call from many threads. Throws Error where they cannot be read or are
  // not those that were written.
  void read(int64_t record, uint64_t checksum, std::span<uint8_t> out) const;
  // Removes the file, if it is still this one, so that the next to open it makes it anew.
  void remove() const;

 private:
  core::InputFile file_;
  size_t picture_bytes_;
  std::vector<CacheEntry> entries_;
};

}  // namespace fer::data
