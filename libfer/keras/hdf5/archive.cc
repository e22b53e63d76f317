#include "keras/hdf5/archive.h"

#include <fmt/format.h>
#include <zip.h>
#include <zlib.h>

#include <memory>
#include <new>

#include "fer/error.h"
#include "keras/hdf5/stored.h"
#include "network/limits.h"

namespace fer::keras_file {
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kMetadata = "metadata.json";
constexpr const char* kWeights = "model.weights.h5";
constexpr const char* kOldWeights = "model.weights.npz";

struct Discard {
  void operator()(zip_t* zip) const { zip_discard(zip); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Zip = std::unique_ptr<zip_t, Discard>;
using ZipFile = std::unique_ptr<zip_file_t, Discard>;

// Memory that is not there says nothing about the file, and must not pass for a damaged one.
void expect_memory(const zip_error_t& error) {
  const int code = zip_error_code_zip(&error);
  const bool from_zlib = code == ZIP_ER_ZLIB && zip_error_code_system(&error) == Z_MEM_ERROR;
  if (code == ZIP_ER_MEMORY || from_zlib) throw std::bad_alloc();
}

Zip open(std::string_view content) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(content.data(), content.size(), 0, &error);
  zip_t* zip = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (zip != nullptr) {
    zip_error_fini(&error);
    return Zip(zip);
  }
  if (source != nullptr) zip_source_free(source);
  const std::unique_ptr<zip_error_t, void (*)(zip_error_t*)> ended(&error, zip_error_fini);
  expect_memory(error);
  throw Error(std::string("expected a whole zip file, found another: ") + zip_error_strerror(&error));
}

bool has(zip_t* zip, const char* name) {
  const bool there = zip_name_locate(zip, name, 0) >= 0;
  if (!there) expect_memory(*zip_get_error(zip));
  return there;
}

std::string member(zip_t* zip, const char* name, uint64_t limit) {
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_stat(zip, name, 0, &status) != 0) {
    expect_memory(*zip_get_error(zip));
    throw Error(fmt::format("expected a member {}, found none", name));
  }
  if ((status.valid & ZIP_STAT_SIZE) == 0 || status.size > limit) {
    throw Error(fmt::format("{}: expected at most {} bytes unpacked, found more", name, limit));
  }
  const ZipFile file(zip_fopen_index(zip, status.index, 0));
  if (!file) expect_memory(*zip_get_error(zip));
  if (!file) throw Error(fmt::format("{}: cannot be unpacked: {}", name, zip_strerror(zip)));
  std::string content(status.size + 1, '\0');
  uint64_t size = 0;
  // (One byte more than there should be, so that the checksum is looked at.)
  while (size < content.size()) {
    const zip_int64_t count = zip_fread(file.get(), content.data() + size, content.size() - size);
    if (count < 0) expect_memory(*zip_file_get_error(file.get()));
    if (count < 0) throw Error(fmt::format("{}: cannot be unpacked: {}", name, zip_file_strerror(file.get())));
    if (count == 0) break;
    size += static_cast<uint64_t>(count);
  }
  if (size != status.size) throw Error(fmt::format("{}: expected {} bytes, found another number", name, status.size));
  content.resize(size);
  return content;
}

}  // namespace

bool is_archive(std::string_view content) { return content.starts_with("PK\x03\x04"); }

Archive read_archive(std::string_view content) {
  const Zip zip = open(content);
  if (!has(zip.get(), kWeights) && has(zip.get(), kOldWeights)) {
    throw Error(fmt::format("expected weights in {}, found {}", kWeights, kOldWeights));
  }
  return {member(zip.get(), kConfig, kMaxJsonBytes),
          has(zip.get(), kMetadata) ? member(zip.get(), kMetadata, kMaxJsonBytes) : "",
          member(zip.get(), kWeights, content.size() * kMaxExpansion + kFreeBytes)};
}

}  // namespace fer::keras_file
