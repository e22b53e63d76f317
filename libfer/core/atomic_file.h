// Files that are whole at every instant.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "fer/file.h"

namespace fer::io {

// Writes what `fill` gives, or the pieces, one after another to a temporary file beside `path`, syncs it, renames it
// over `path`, syncs the folder. On any failure the temporary is removed, `path` is as it was, and Error says which
// path and why ("No space left on device").
void write_file_atomically(const std::string& path, const std::function<void(const FileSink&)>& fill);
void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces);
void write_file_atomically(const std::string& path, std::string_view content);

// The whole file. Throws Error (path and reason) when it cannot be read, is a directory, or is larger than
// `limit_bytes`.
std::string read_file(const std::string& path, size_t limit_bytes = size_t{1} << 32);

}  // namespace fer::io
