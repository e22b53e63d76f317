// multipart/form-data (RFC 7578), as browsers and curl -F send it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fer::serve {

struct Part {
  std::string name;          // of the form's field
  std::string filename;      // as the sender named it; for a field that is no file ""
  bool is_file = false;      // whether a file name was given, be it empty
  std::string content_type;  // "" where none was given
  std::string_view body;     // within the text that was parsed
};

// The boundary that a Content-Type header names. Throws RequestError (400) where there is none, or a bad one.
std::string boundary_of(std::string_view content_type);

// The parts of `body`, which must outlive them. Throws RequestError (400) on anything but a whole form: no part, a part
// without a name, a body that ends before the closing boundary; (413) on more than `max_parts`.
std::vector<Part> parse_multipart(std::string_view body, const std::string& boundary, size_t max_parts);

}  // namespace fer::serve
