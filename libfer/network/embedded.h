// The networks that are built into the library: libfer/networks/*.json, made into a source by cmake/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace fer {

struct EmbeddedNetwork {
  std::string_view name;  // the file's name without .json
  std::string_view json;
};
std::span<const EmbeddedNetwork> embedded_networks();  // by name

}  // namespace fer
