// Files of text that are compressed, or encoded otherwise than in UTF-8 with line feeds: what they are, and the plain
// text of them, piece by piece in bounded memory.
#pragma once

#include <cstdint>
#include <string>

#include "data/byte_source.h"
#include "fer/file.h"

namespace fer::data {

enum class Packing : uint8_t {
  kNone,
  kGzip,
  kZip,
  kXz,
  kUtf16,
  kOldLineEnds  // CR alone
};

// By the first bytes. kNone too where this libfer was built without what it takes to unpack it.
Packing packing_of(const ByteSource& source);

// Gives the sink what one such layer holds: the bytes that gzip or xz compressed, the one table in a zip archive, the
// text as UTF-8, the lines with line feeds. Throws Error, which begins with `name`, on damaged files.
void unpack(Packing packing, const ByteSource& source, const std::string& name, const FileSink& sink);

// The parts of unpack.
void unpack_gzip(const ByteSource& source, const std::string& name, const FileSink& sink);
void unpack_zip(const ByteSource& source, const std::string& name, const FileSink& sink);
void unpack_xz(const ByteSource& source, const std::string& name, const FileSink& sink);
void decode_utf16(const ByteSource& source, const std::string& name, const FileSink& sink);
bool can_unpack_zip();
bool can_unpack_xz();

}  // namespace fer::data
