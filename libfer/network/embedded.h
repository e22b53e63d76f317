// Files that are built into the library, made into a source by cmake/embed.cmake: its networks, libfer/networks/*.json.
#pragma once

#include <span>
#include <string_view>

namespace fer {

struct EmbeddedFile {
  std::string_view name;  // the file's name without .json
  std::string_view json;
};
std::span<const EmbeddedFile> embedded_networks();  // by name

}  // namespace fer
