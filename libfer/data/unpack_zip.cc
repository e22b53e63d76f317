#include "data/unpacking.h"
#include "fer/error.h"
#ifdef FER_HAS_ZIP
#include <zip.h>

#include <algorithm>
#include <memory>
#include <new>
#endif

namespace fer::data {

#ifdef FER_HAS_ZIP

namespace {

constexpr int64_t kMostEntries = 1 << 20;

// What libzip asks of a file, answered by a ByteSource.
struct Reading {
  const ByteSource& source;
  const std::string& name;
  int64_t at = 0;
  std::vector<char> buffer = {};
  zip_error_t error = {};

  zip_int64_t answer(void* data, zip_uint64_t length, zip_source_cmd_t command);
};

zip_int64_t Reading::answer(void* data, zip_uint64_t length, zip_source_cmd_t command) {
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
    case ZIP_SOURCE_OPEN:
      at = 0;
      return 0;
    case ZIP_SOURCE_READ: {
      const int64_t end =
          std::min<int64_t>(source.size(), at + static_cast<int64_t>(std::min<zip_uint64_t>(length, 1 << 20)));
      try {
        const std::string_view bytes = source.read(at, end, buffer);
        std::copy(bytes.begin(), bytes.end(), static_cast<char*>(data));
      } catch (...) {
        zip_error_set(&error, ZIP_ER_READ, 0);
        return -1;
      }
      const int64_t count = end - at;
      at = end;
      return count;
    }
    case ZIP_SOURCE_SEEK: {
      const zip_int64_t to = zip_source_seek_compute_offset(
          static_cast<zip_uint64_t>(at), static_cast<zip_uint64_t>(source.size()), data, length, &error);
      if (to < 0) return -1;
      at = to;
      return 0;
    }
    case ZIP_SOURCE_TELL:
      return at;
    case ZIP_SOURCE_STAT: {
      auto* status = static_cast<zip_stat_t*>(data);
      zip_stat_init(status);
      status->valid = ZIP_STAT_SIZE;
      status->size = static_cast<zip_uint64_t>(source.size());
      return sizeof *status;
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&error, data, length);
    default:
      return 0;
  }
}

zip_int64_t on_command(void* reading, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  return static_cast<Reading*>(reading)->answer(data, length, command);
}

struct Close {
  void operator()(zip_t* zip) const { zip_discard(zip); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Zip = std::unique_ptr<zip_t, Close>;
using ZipFile = std::unique_ptr<zip_file_t, Close>;

[[noreturn]] void fail(const std::string& name, zip_error_t* error) {
  if (zip_error_code_zip(error) == ZIP_ER_MEMORY) throw std::bad_alloc();
  throw Error(name + ": expected a whole zip archive, found another: " + zip_error_strerror(error));
}

Zip open_zip(Reading& reading) {
  zip_error_t error;
  zip_error_init(&error);
  struct End {
    zip_error_t* error;
    ~End() { zip_error_fini(error); }
  } end{&error};
  zip_source_t* source = zip_source_function_create(on_command, &reading, &error);
  if (source == nullptr) fail(reading.name, &error);
  zip_t* zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (zip == nullptr) zip_source_free(source);
  if (zip == nullptr) fail(reading.name, &error);
  return Zip(zip);
}

bool is_table(std::string_view entry) {
  const std::string_view base = entry.substr(entry.find_last_of('/') + 1);
  const auto ends = [&](std::string_view ending) {
    return base.size() > ending.size() &&
           std::equal(ending.begin(), ending.end(), base.end() - ending.size(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
  };
  return !base.starts_with('.') && !entry.starts_with("__MACOSX/") && (ends(".csv") || ends(".tsv") || ends(".txt"));
}

// The one table among the archive's entries.
zip_int64_t find_table(zip_t* zip, const std::string& name) {
  const zip_int64_t entries = zip_get_num_entries(zip, 0);
  if (entries > kMostEntries) throw Error(name + ": expected a zip archive of one CSV file, found a million entries");
  zip_int64_t found = -1;
  std::string names;
  int count = 0;
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* entry = zip_get_name(zip, static_cast<zip_uint64_t>(i), 0);
    if (entry == nullptr || !is_table(entry)) continue;
    found = i;
    if (++count <= 3) names += (names.empty() ? "" : ", ") + std::string(entry);
  }
  if (count == 1) return found;
  throw Error(name + ": expected a zip archive that holds one CSV file, found " +
              (count == 0 ? "none in it" : std::to_string(count) + " (" + names + (count > 3 ? ", ..." : "") + ")") +
              ": unpack it first");
}

}  // namespace

bool can_unpack_zip() { return true; }

void unpack_zip(const ByteSource& source, const std::string& name, const FileSink& sink) {
  Reading reading{.source = source, .name = name};
  zip_error_init(&reading.error);
  const Zip zip = open_zip(reading);
  const ZipFile file(zip_fopen_index(zip.get(), static_cast<zip_uint64_t>(find_table(zip.get(), name)), 0));
  if (!file) fail(name, zip_get_error(zip.get()));
  std::vector<char> out(1 << 18);
  for (;;) {
    const zip_int64_t count = zip_fread(file.get(), out.data(), out.size());
    if (count < 0) fail(name, zip_file_get_error(file.get()));
    if (count == 0) return;
    sink({out.data(), static_cast<size_t>(count)});
  }
}

#else

bool can_unpack_zip() { return false; }
void unpack_zip(const ByteSource&, const std::string& name, const FileSink&) {
  throw Error(name + ": this libfer was built without libzip: unpack it first");
}

#endif

}  // namespace fer::data
