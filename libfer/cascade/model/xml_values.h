// Numbers and children of XML elements; whatever is not as expected is refused with the file and the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cascade/model/xml_tree.h"

namespace fer::cascade {

// Reads the elements of one file, which its messages name.
class XmlReader {
 public:
  explicit XmlReader(std::string file) : file_(std::move(file)) {}

  [[noreturn]] void refuse(const XmlElement& at, const std::string& why) const;  // "FILE:LINE: WHY"
  const XmlElement& child(const XmlElement& of, std::string_view name) const;

  // All numbers of the element's text, each finite.
  std::vector<double> numbers(const XmlElement& element) const;
  double number(const XmlElement& element) const;
  int whole(const XmlElement& element) const;
  int whole(const XmlElement& element, double value) const;
  std::string word(const XmlElement& element) const;  // without white space around it

 private:
  std::string file_;
};

}  // namespace fer::cascade
