#include "core/file_kind.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>

#include "core/file_kind_text.h"
#include "fer/error.h"
#include "fer/file.h"

namespace fer::core {
namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t at;
  std::string_view bytes;
  FileKind kind;
};

// The first that fits counts.
constexpr Signature kSignatures[] = {
    {0, "version https://git-lfs.github.com/spec/"sv, FileKind::kLfsPointer},
    {0, "/annex/objects/"sv, FileKind::kAnnexPointer},
    {0, "\x89PNG"sv, FileKind::kPng},
    {0, "\xff\xd8\xff"sv, FileKind::kJpeg},
    {8, "WEBP"sv, FileKind::kWebp},
    {0, "GIF8"sv, FileKind::kGif},
    {0, "II*\0"sv, FileKind::kTiff},
    {0, "MM\0*"sv, FileKind::kTiff},
    {0, "\0\0\1\0"sv, FileKind::kIcon},
    {4, "jP  \r\n\x87\n"sv, FileKind::kJpeg2000},
    {0, "\xff\x4f\xff\x51"sv, FileKind::kJpeg2000},
    {0, "\xff\x0a"sv, FileKind::kJpegXl},
    {4, "JXL \r\n\x87\n"sv, FileKind::kJpegXl},
    {0, "8BPS"sv, FileKind::kPhotoshop},
    {4, "ftyphei"sv, FileKind::kHeif},
    {4, "ftyphev"sv, FileKind::kHeif},
    {4, "ftypmif1"sv, FileKind::kHeif},
    {4, "ftypavif"sv, FileKind::kHeif},
    {4, "ftyp"sv, FileKind::kFilm},
    {8, "AVI "sv, FileKind::kFilm},
    {0, "\x1a\x45\xdf\xa3"sv, FileKind::kFilm},
    {0, "\x89HDF\r\n\x1a\n"sv, FileKind::kHdf5},
    {512, "\x89HDF\r\n\x1a\n"sv, FileKind::kHdf5},
    {1024, "\x89HDF\r\n\x1a\n"sv, FileKind::kHdf5},
    {2048, "\x89HDF\r\n\x1a\n"sv, FileKind::kHdf5},
    {4, "TFL3"sv, FileKind::kTfLite},
    {0, "GGUF"sv, FileKind::kGguf},
    {0, "\x93NUMPY"sv, FileKind::kNumpy},
    {0, "\x1f\x8b"sv, FileKind::kGzip},
    {0, "BZh"sv, FileKind::kBzip2},
    {0, "\xfd\x37zXZ\0"sv, FileKind::kXz},
    {0, "\x28\xb5\x2f\xfd"sv, FileKind::kZstd},
    {0, "7z\xbc\xaf\x27\x1c"sv, FileKind::kSevenZip},
    {0, "Rar!\x1a\x07"sv, FileKind::kRar},
    {257, "ustar"sv, FileKind::kTar},
    {0, "\xff\xfe"sv, FileKind::kUtf16},
    {0, "\xfe\xff"sv, FileKind::kUtf16},
    {0, "%PDF-"sv, FileKind::kPdf},
    {0,
     "\x7f"
     "ELF"sv,
     FileKind::kProgram},
};

bool holds_at(std::string_view bytes, size_t at, std::string_view wanted) {
  return bytes.size() >= at && bytes.substr(at).starts_with(wanted);
}

uint32_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0 && at + count <= bytes.size();) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

// A zip archive is known by the name of its first member.
FileKind kind_of_zip(std::string_view bytes) {
  const size_t length = little_endian(bytes, 26, 2);
  const std::string_view name = bytes.size() > 30 ? bytes.substr(30, length) : "";
  if (name == "metadata.json" || name == "config.json" || name == "model.weights.h5") return FileKind::kKerasArchive;
  if (name.ends_with("/data.pkl") || name == "data.pkl" || name.ends_with("/version")) return FileKind::kPyTorchArchive;
  if (name.ends_with(".npy")) return FileKind::kNumpy;
  if (name == "[Content_Types].xml" || name.starts_with("_rels/")) return FileKind::kOffice;
  return FileKind::kZip;
}

// Protocol buffers have no first bytes of their own, but these begin with a small version number, field 1, and go on
// with field 2: in ONNX a text, the producer's name, in the others a message, whose first byte is its own field 1.
bool begins_as_protobuf(std::string_view bytes) { return bytes.size() > 4 && bytes[0] == '\x08' && bytes[1] < '\x20'; }

FileKind kind_of_protobuf(std::string_view bytes) {
  // A text of 128 bytes or more is no producer's name.
  const bool message = bytes[2] == '\x12' && (bytes[4] == '\x0a' || static_cast<signed char>(bytes[3]) < 0);
  if (message) return bytes[1] == '\x01' ? FileKind::kSavedModel : FileKind::kCoreMl;
  // The first bytes of fields 2 to 8, 14 and 20 of ONNX's ModelProto.
  static constexpr std::string_view kNext = "\x12\x1a\x22\x28\x32\x3a\x42\x72\xa2"sv;
  return kNext.find(bytes[2]) == std::string_view::npos ? FileKind::kBinary : FileKind::kOnnx;
}

bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes[8] == '{' && bytes.substr(0, 8).find('\0') != std::string_view::npos;
}

bool is_netpbm(std::string_view bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && "123456"sv.find(bytes[1]) != std::string_view::npos &&
         (std::isspace(static_cast<unsigned char>(bytes[2])) || bytes[2] == '#');
}

bool is_bitmap(std::string_view bytes) {
  return bytes.starts_with("BM") && bytes.size() > 14 && little_endian(bytes, 6, 4) == 0;
}

// Letters of either case; `lower` is in lower case.
bool begins_with_letters(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

FileKind kind_of_text(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return FileKind::kText;
  const std::string_view line = text.substr(first, text.find_first_of("\r\n", first) - first);
  text.remove_prefix(first);
  for (const std::string_view start : {"<!doctype html"sv, "<html"sv, "<head"sv, "<body"sv}) {
    if (begins_with_letters(text, start)) return FileKind::kWebPage;
  }
  const bool xml = text.starts_with("<?xml");
  if (text.starts_with("<svg") || (xml && text.find("<svg") != std::string_view::npos)) return FileKind::kSvg;
  if (xml && text.find("<html") != std::string_view::npos) return FileKind::kWebPage;
  if (xml) return FileKind::kXml;
  if (text[0] == '{' || text[0] == '[') {
    return text.find("\"class_name\"") == std::string_view::npos ? FileKind::kJson : FileKind::kKerasJson;
  }
  return line.find_first_of(",;\t") == std::string_view::npos ? FileKind::kText : FileKind::kCsv;
}

// No control characters but white space, and a first character in UTF-8 (the others may be in an older encoding).
bool is_text(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const bool ascii = first < 0x80;
  const bool letter = first >= 0xc2 && first <= 0xf4 && bytes.size() > 1 && (bytes[1] & 0xc0) == 0x80;
  return (ascii || letter) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < ' ' && (byte < '\t' || byte > '\r')) || byte == 0x7f;
         });
}

FileKind kind_of_mode(mode_t mode) {
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  if (S_ISFIFO(mode)) return FileKind::kPipe;
  return S_ISSOCK(mode) ? FileKind::kSocket : FileKind::kDevice;
}

// What is said of a directory, a pipe, a device or a socket.
OtherKind refusal(Expected expected) {
  return [expected](mode_t mode) { return text_of_other(expected, kind_of_mode(mode)); };
}

}  // namespace

FileKind kind_of(std::string_view bytes) {
  bytes = bytes.substr(0, kKindBytes);
  if (bytes.empty()) return FileKind::kEmpty;
  if (bytes.size() >= 16 && bytes.find_first_not_of('\0') == std::string_view::npos) return FileKind::kZeros;
  for (const Signature& signature : kSignatures) {
    if (holds_at(bytes, signature.at, signature.bytes)) return signature.kind;
  }
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return kind_of_zip(bytes);
  if (is_safetensors(bytes)) return FileKind::kSafetensors;
  if (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= '\x02' && bytes[1] <= '\x05') return FileKind::kPickle;
  if (is_netpbm(bytes)) return bytes[1] == '1' || bytes[1] == '4' ? FileKind::kPbm : FileKind::kNetpbm;
  if (is_bitmap(bytes)) return FileKind::kBmp;
  if (begins_as_protobuf(bytes)) return kind_of_protobuf(bytes);
  return is_text(bytes) ? kind_of_text(bytes) : FileKind::kBinary;
}

std::string other_than_expected(const std::string& where, Expected expected, std::string_view bytes) {
  const FileKind found = kind_of(bytes);
  return where + ": " + text_of_other(expected, found, words_more(found, bytes));
}

void refuse_other_kinds(const std::string& where, Expected expected, std::string_view bytes) {
  const FileKind found = kind_of(bytes);
  if (!may_be(expected, found)) throw Error(other_than_expected(where, expected, bytes));
}

std::string read_expected(const std::string& path, Expected expected, size_t limit_bytes) {
  return read_whole(path, limit_bytes, refusal(expected));
}

InputFile open_expected(const std::string& path, Expected expected) { return InputFile(path, refusal(expected)); }

std::string read_beginning(const std::string& path, Expected expected, size_t count) {
  return open_expected(path, expected).beginning(count);
}

}  // namespace fer::core

namespace fer {

std::string file_kind_text(std::string_view first_bytes) {
  const core::FileKind found = core::kind_of(first_bytes);
  return core::text_of_kind(found, core::words_more(found, first_bytes));
}

}  // namespace fer
