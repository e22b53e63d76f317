// Files that are whole at every instant.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "fer/file.h"

namespace fer::core {

// Writes what `fill` gives, or the pieces, one after another to a temporary file beside `path`, syncs it, renames it
// over `path`, syncs the folder. A file that was there keeps its permissions, and its owner and group where this user
// may give them; a new one has what the umask allows. On any failure the temporary is removed, `path` is as it was, and
// Error says which path and why ("No space left on device").
//
// The temporary, .NAME.tmp-XXXXXX, is made exclusively, with a name at random. A process that is killed may leave it:
// the next write of the same name removes those of this user that no process holds (docs/model-format.md).
void write_file_atomically(const std::string& path, const std::function<void(const FileSink&)>& fill);
void write_file_atomically(const std::string& path, std::span<const std::string_view> pieces);
void write_file_atomically(const std::string& path, std::string_view content);

}  // namespace fer::core
