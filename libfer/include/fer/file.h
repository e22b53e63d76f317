// Files as libfer writes them: whole or not at all.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace fer {

// Takes the next bytes of a file.
using FileSink = std::function<void(std::string_view)>;

// Writes what `fill` gives to the sink, piece by piece, to a temporary file beside `path`, syncs it and renames it over
// `path`; a symbolic link is followed. What is no regular file (a device, a pipe) is written to as it is. Throws Error
// (path and reason), and what `fill` throws; then a file that was there is as it was.
void write_file(const std::string& path, const std::function<void(const FileSink&)>& fill);
void write_file(const std::string& path, std::string_view content);

}  // namespace fer
