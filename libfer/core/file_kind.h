// What a file is when it is not what was expected: one place knows the first bytes of everything that is passed around
// in this field, and every reader's refusal asks it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/input_file.h"

namespace fer::core {

enum class FileKind : uint8_t {
  kEmpty,
  kZeros,
  // Files that stand for another file.
  kLfsPointer,
  kAnnexPointer,
  kWebPage,
  // Pictures that libfer reads.
  kPng,
  kJpeg,
  kWebp,
  kNetpbm,
  // Pictures and films that it does not read.
  kPbm,
  kGif,
  kBmp,
  kTiff,
  kHeif,
  kIcon,
  kJpeg2000,
  kJpegXl,
  kPhotoshop,
  kSvg,
  kFilm,
  // Models.
  kSafetensors,
  kOnnx,
  kHdf5,
  kKerasArchive,
  kPyTorchArchive,
  kPickle,
  kSavedModel,
  kTfLite,
  kCoreMl,
  kGguf,
  kNumpy,
  // Packed.
  kZip,
  kOffice,
  kGzip,
  kBzip2,
  kXz,
  kZstd,
  kSevenZip,
  kRar,
  kTar,
  // Text.
  kKerasJson,
  kJson,
  kXml,
  kCsv,
  kUtf16,
  kText,
  // Other kinds.
  kPdf,
  kProgram,
  kBinary,  // none of these
  // A file without any bytes.
  kDirectory,
  kPipe,
  kDevice,
  kSocket,
};

// The number of bytes from the start of a file that kind_of looks at.
inline constexpr size_t kKindBytes = 4096;

// What the bytes are, by the first kKindBytes of them.
FileKind kind_of(std::string_view bytes);

enum class Expected : uint8_t { kModel, kPicture, kTable, kNetwork, kOnnx, kKeras, kKerasJson };

// "WHERE: expected a model (.safetensors), found a Git LFS pointer, which stands for a file that is kept elsewhere:
// `git lfs pull` brings it".
std::string other_than_expected(const std::string& where, Expected expected, std::string_view bytes);

// Throws Error with that message where the bytes are plainly something else; returns where they may be what is expected
// (formats without first bytes of their own are left to their readers).
void refuse_other_kinds(const std::string& where, Expected expected, std::string_view bytes);

// The whole of a regular file, or of a pipe that a shell made. Throws Error (with that message) for a directory, a
// named pipe, a device or a socket, none of which is waited for or read, and as read_file (fer/file.h) does.
std::string read_expected(const std::string& path, Expected expected, size_t limit_bytes = size_t{1} << 32);
// A regular file, open.
InputFile open_expected(const std::string& path, Expected expected);
// Its first bytes, at most `count`.
std::string read_beginning(const std::string& path, Expected expected, size_t count = kKindBytes);

}  // namespace fer::core
