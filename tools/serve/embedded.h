// Files that are built into the server, made into a source by cmake/embed.cmake: the page and the description of the
// interface, tools/serve/assets.
#pragma once

#include <span>
#include <string_view>

namespace fer::serve {

struct EmbeddedFile {
  std::string_view name;  // the file's name without its ending
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_assets();  // by name

// The text of one of them; "" where there is none of the name.
std::string_view embedded_file(std::string_view name);

}  // namespace fer::serve
