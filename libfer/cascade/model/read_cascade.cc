// Begin here: a cascade's file becomes a Cascade.
#include <fmt/format.h>

#include "cascade/model/check.h"
#include "cascade/model/forms.h"
#include "core/text.h"
#include "fer/error.h"
#include "fer/file.h"

namespace fer {
namespace {

constexpr size_t kMaxBytes = size_t{32} << 20;

}  // namespace

Cascade parse_cascade(std::string_view text, const std::string& name) {
  if (text.size() > kMaxBytes) throw Error(fmt::format("{}: expected at most {} MiB", name, kMaxBytes >> 20));
  const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == std::string_view::npos || text[first] != '<')
    throw Error(fmt::format("{}: expected a cascade as XML, found {}", name, file_kind_text(text.substr(0, 4096))));
  const cascade::XmlElement root = cascade::parse_xml(text, name);
  const cascade::XmlReader read(name);
  if (root.name != "opencv_storage" || root.children.empty())
    read.refuse(root, fmt::format("expected <opencv_storage> with a cascade, found <{}>",
                                  core::escaped(std::string_view(root.name).substr(0, 40))));
  const cascade::XmlElement& top = root.children[0];
  Cascade found;
  if (top.find("stageType") != nullptr) {
    found = cascade::read_new_form(read, top);
  } else if (top.type_id == "opencv-haar-classifier" || top.find("size") != nullptr) {
    found = cascade::read_old_form(read, top);
  } else {
    read.refuse(top, "expected a cascade: type_id \"opencv-cascade-classifier\" or \"opencv-haar-classifier\"");
  }
  cascade::check_cascade(found, name);
  return found;
}

Cascade read_cascade(const std::string& path) {
  return parse_cascade(read_file(path, kMaxBytes, "a cascade as XML"), path);
}

}  // namespace fer
