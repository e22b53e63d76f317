// The checksum that a model file carries (docs/model-format.md).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/safetensors.h"

namespace fer::io {

// The key of the metadata under which it stands.
inline constexpr const char* kChecksum = "checksum";

// "crc64-xz:" and 16 hexadecimal digits, of all that a file says: its metadata but for the checksum itself, and names,
// types, shapes and bytes of the tensors. The order in the file, and how the header is written, are not in it: a
// program that writes the file anew without a change keeps it.
std::string checksum_of(const std::map<std::string, std::string>& metadata,
                        const std::vector<SafetensorsEntry>& entries);

}  // namespace fer::io
