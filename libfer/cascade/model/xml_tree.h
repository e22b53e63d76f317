// An XML file as a tree of elements, for the small files that OpenCV writes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fer::cascade {

struct XmlElement {
  std::string name;
  std::string type_id;  // the attribute of that name; others are passed over
  std::string text;     // all text directly within
  size_t line = 0;      // where it begins
  std::vector<XmlElement> children;

  // The first child of this name, or nullptr.
  const XmlElement* find(std::string_view child) const;
};

// Throws Error ("NAME:LINE: ...") on what is no XML, on a document type (which could define entities), on more than a
// million elements, and on elements within more than 32 others.
XmlElement parse_xml(std::string_view text, const std::string& name);

}  // namespace fer::cascade
