#include "tools/serve/embedded.h"

#include <algorithm>

namespace fer::serve {

std::string_view embedded_file(std::string_view name) {
  const std::span<const EmbeddedFile> files = embedded_assets();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  return found == files.end() ? std::string_view() : found->text;
}

}  // namespace fer::serve
