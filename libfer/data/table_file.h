// A table's file as plain text that readers may read in pieces: unpacked and in UTF-8 first, where it is not.
#pragma once

#include <memory>
#include <string>

#include "data/byte_source.h"

namespace fer::data {

// A file; "-" is standard input. What is no plain text yet (unpacking.h) becomes a copy in a temporary file without a
// name. Throws Error where it cannot be read, unpacked or written.
std::unique_ptr<ByteSource> open_table(const std::string& path);

}  // namespace fer::data
