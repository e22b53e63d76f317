#include "io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "core/atomic_file.h"
#include "core/file_kind.h"
#include "core/json_value.h"
#include "fer/error.h"
#include "io/checksum.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/limits.h"

namespace fer::io {
namespace {

using core::JsonValue;
using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "tensors are stored as they lie in memory");

constexpr size_t kLengthBytes = 8;
constexpr size_t kAlignment = 64;  // of the first tensor in a file of ours
constexpr const char* kMetadata = "__metadata__";

struct DtypeForm {
  Dtype dtype;
  const char* name;
  int64_t bytes;
};
constexpr DtypeForm kDtypes[] = {{Dtype::kF32, "F32", 4},
                                 {Dtype::kBf16, "BF16", 2},
                                 {Dtype::kU8, "U8", 1},
                                 {Dtype::kI8, "I8", 1},
                                 {Dtype::kI64, "I64", 8}};

const DtypeForm& form_of(Dtype dtype) {
  return *std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const DtypeForm& f) { return f.dtype == dtype; });
}

}  // namespace

const char* dtype_name(Dtype dtype) { return form_of(dtype).name; }

namespace {

// Bytes of a tensor, or -1 where they cannot be counted.
int64_t byte_count(const DtypeForm& form, const Shape& shape) {
  int64_t bytes = form.bytes;
  for (const int64_t dim : shape.dims()) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return -1;
  }
  return bytes;
}

std::string header_json(const std::vector<SafetensorsEntry>& entries,
                        const std::map<std::string, std::string>& metadata, const std::string& where) {
  JsonValue header = JsonValue::object({{kMetadata, JsonValue::object()}});
  for (const auto& [key, value] : metadata) header[kMetadata][key] = value;
  int64_t offset = 0;
  for (const SafetensorsEntry& entry : entries) {
    const DtypeForm& form = form_of(entry.dtype);
    const auto bytes = static_cast<int64_t>(entry.data.size());
    if (byte_count(form, entry.shape) != bytes) {
      throw Error(fmt::format("{}: tensor {}: expected {} of shape {}, found {} bytes", where, shown(entry.name),
                              form.name, entry.shape.to_string(), bytes));
    }
    if (header.find(entry.name) != nullptr) {
      throw Error(where + ": tensor " + shown(entry.name) + ": expected each name once, found it twice");
    }
    header[entry.name] = JsonValue::object({{"dtype", form.name},
                                            {"shape", JsonValue::array_of(entry.shape.dims())},
                                            {"data_offsets", JsonValue::array({offset, offset + bytes})}});
    offset += bytes;
  }
  try {
    return header.dump();
  } catch (const json::exception&) {
    throw Error(where + ": names and metadata: expected UTF-8");
  }
}

std::string length_bytes(uint64_t length) {
  std::string bytes;
  for (size_t i = 0; i < kLengthBytes; ++i) bytes += static_cast<char>(length >> (8 * i));
  return bytes;
}

uint64_t read_length(std::string_view bytes) {
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) length |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return length;
}

// The length of the JSON that follows.
size_t header_length(std::string_view begin, uint64_t file_bytes, const std::string& where) {
  core::refuse_other_kinds(where, core::Expected::kModel, begin);
  if (begin.size() < kLengthBytes) {
    throw Error(fmt::format("{}: expected a safetensors file, found {} bytes", where, begin.size()));
  }
  const uint64_t length = read_length(begin);
  const uint64_t there = file_bytes - kLengthBytes;
  if (length > there || length > kMaxJsonBytes) {
    throw Error(fmt::format("{}: header length: expected at most {}, found {}: no safetensors file, or a damaged one",
                            where, std::min<uint64_t>(there, kMaxJsonBytes), length));
  }
  return length;
}

void read_metadata(const json& object, const std::string& where, std::map<std::string, std::string>& metadata) {
  if (!object.is_object()) throw Error(where + ": expected an object, found " + shown(object));
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) throw Error(where + ": " + shown(key) + ": expected a text, found " + shown(value));
    metadata[key] = value.get<std::string>();
  }
}

// In bytes from where the tensors begin.
struct Offsets {
  int64_t begin = 0, end = 0;
};

SafetensorsEntry read_entry(const std::string& name, const json& object, const std::string& where, Offsets& extent) {
  JsonFields fields(object, where);
  std::string dtype;
  SafetensorsEntry entry;
  entry.name = name;
  fields.required("dtype", dtype);
  fields.required("shape", entry.shape);
  Shape offsets;
  fields.required("data_offsets", offsets);
  fields.refuse_unknown();
  const auto form =
      std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const DtypeForm& f) { return f.name == dtype; });
  if (form == std::end(kDtypes))
    throw Error(where + ": dtype: expected F32, BF16, U8, I8 or I64, found " + shown(dtype));
  entry.dtype = form->dtype;
  const int64_t bytes = byte_count(*form, entry.shape);
  if (bytes < 0) throw Error(where + ": shape: expected fewer elements, found " + entry.shape.to_string());
  if (offsets.rank() != 2) throw Error(where + ": data_offsets: expected [begin, end], found " + offsets.to_string());
  extent = {offsets[0], offsets[1]};
  // Both are at least 0 before they are subtracted.
  if (extent.begin < 0 || extent.end < extent.begin || extent.end - extent.begin != bytes) {
    throw Error(fmt::format("{}: data_offsets: expected {} bytes for shape {}, found [{}, {}]", where, bytes,
                            entry.shape.to_string(), extent.begin, extent.end));
  }
  return entry;
}

// Tensors must follow one another from the first byte of the data to the last.
void check_extents(const std::vector<SafetensorsEntry>& entries, const std::vector<Offsets>& extents,
                   int64_t data_bytes, const std::string& where) {
  std::vector<size_t> order(extents.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(extents[a].begin, extents[a].end) < std::pair(extents[b].begin, extents[b].end);
  });
  int64_t end = 0;
  for (const size_t i : order) {
    if (extents[i].begin != end) {
      throw Error(fmt::format("{}: tensor {}: expected data at byte {}, where the one before it ends, found {}", where,
                              shown(entries[i].name), end, extents[i].begin));
    }
    end = extents[i].end;
  }
  if (end == data_bytes) return;
  throw Error(fmt::format("{}: expected {} bytes of tensors, found {}{}", where, end, data_bytes,
                          data_bytes < end ? ": the file is cut short, copy or download it again" : ""));
}

}  // namespace

void write_safetensors(const std::string& path, const std::vector<SafetensorsEntry>& entries,
                       const std::map<std::string, std::string>& metadata) {
  std::map<std::string, std::string> with_checksum = metadata;
  with_checksum[kChecksum] = checksum_of(metadata, entries);
  std::string header = header_json(entries, with_checksum, path);
  header.append((kAlignment - (kLengthBytes + header.size()) % kAlignment) % kAlignment, ' ');
  const std::string length = length_bytes(header.size());
  std::vector<std::string_view> pieces = {length, header};
  for (const SafetensorsEntry& entry : entries) {
    pieces.emplace_back(reinterpret_cast<const char*>(entry.data.data()), entry.data.size());
  }
  core::write_file_atomically(path, pieces);
}

const SafetensorsEntry& SafetensorsFile::find(const std::string& name) const {
  const auto entry = std::lower_bound(entries.begin(), entries.end(), name,
                                      [](const SafetensorsEntry& e, const std::string& n) { return e.name < n; });
  if (entry == entries.end() || entry->name != name) throw Error("tensor '" + name + "': expected, found none");
  return *entry;
}

void SafetensorsFile::take_header(std::string_view text, uint64_t file_bytes) {
  const JsonDocument document = parse_json(text, where_ + ": header");
  const json& header = document;
  if (!header.is_object()) throw Error(where_ + ": header: expected an object, found " + shown(header));
  std::vector<Offsets> offsets;
  for (const auto& [key, value] : header.items()) {  // in the order of names
    if (key == kMetadata) {
      read_metadata(value, where_ + ": " + kMetadata, metadata);
    } else {
      entries.push_back(read_entry(key, value, where_ + ": tensor " + shown(key), offsets.emplace_back()));
    }
  }
  const size_t data_begin = kLengthBytes + text.size();
  check_extents(entries, offsets, static_cast<int64_t>(file_bytes - data_begin), where_);
  for (const Offsets& o : offsets) {
    extents_.push_back({data_begin + static_cast<size_t>(o.begin), data_begin + static_cast<size_t>(o.end)});
  }
  if (const auto found = metadata.find(kChecksum); found != metadata.end()) {
    checksum_ = found->second;
    metadata.erase(found);
  }
}

void SafetensorsFile::load_tensors() {
  if (loaded_) return;
  if (file_) {
    const size_t have = content.size();
    content.resize(file_->size());
    file_->read(have, std::span(content).subspan(have));
    file_.reset();
  }
  const std::span<const std::byte> all = std::as_bytes(std::span(content));
  for (size_t i = 0; i < entries.size(); ++i) {
    entries[i].data = all.subspan(extents_[i].begin, extents_[i].end - extents_[i].begin);
  }
  check_sum();
  loaded_ = true;
}

void SafetensorsFile::check_sum() const {
  if (!checksum_) return;  // files had none before version 0.2
  const std::string found = checksum_of(metadata, entries);
  if (found == *checksum_) return;
  throw Error(
      fmt::format("{}: checksum: expected {}, found {}: the file is damaged, take another copy of it (where it "
                  "was changed on purpose, its metadata must lose the checksum)",
                  where_, shown(*checksum_), found));
}

SafetensorsFile open_safetensors(const std::string& path) {
  // A pipe has no size and no second look.
  if (path_kind(path) == PathKind::kOther) {
    return parse_safetensors(core::read_expected(path, core::Expected::kModel), path);
  }
  SafetensorsFile file;
  file.where_ = path;
  const core::InputFile& input = file.file_.emplace(core::open_expected(path, core::Expected::kModel));
  std::string& content = file.content;
  const auto grow_to = [&](uint64_t bytes) {
    const size_t have = content.size();
    content.resize(std::max<uint64_t>(have, std::min(bytes, input.size())));
    input.read(have, std::span(content).subspan(have));
  };
  grow_to(core::kKindBytes);
  const size_t length = header_length(content, input.size(), path);
  grow_to(kLengthBytes + length);
  file.take_header(std::string_view(content).substr(kLengthBytes, length), input.size());
  return file;
}

SafetensorsFile read_safetensors(const std::string& path) {
  SafetensorsFile file = open_safetensors(path);
  file.load_tensors();
  return file;
}

SafetensorsFile parse_safetensors(std::string content, const std::string& where) {
  SafetensorsFile file;
  file.where_ = where;
  file.content = std::move(content);
  const size_t length = header_length(file.content, file.content.size(), where);
  file.take_header(std::string_view(file.content).substr(kLengthBytes, length), file.content.size());
  file.load_tensors();
  return file;
}

}  // namespace fer::io
