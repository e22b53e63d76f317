#include "tools/serve/multipart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "tools/serve/message.h"

namespace fer::serve {
namespace {

constexpr size_t kMaxBoundary = 70;      // RFC 2046, 5.1.1
constexpr size_t kMaxPartHeader = 4096;  // bytes of all header lines of one part

[[noreturn]] void refuse(const std::string& what) {
  throw RequestError(400, "bad_form", "multipart/form-data: " + what);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A value up to the next ';', or what stands in quotes, where \" is a quote; removes it from `text`.
std::string take_value(std::string_view& text) {
  std::string value;
  if (text.empty() || text.front() != '"') {
    const size_t end = std::min(text.find(';'), text.size());
    value = trimmed(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1 && (text[1] == '"' || text[1] == '\\')) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) refuse("expected a closing quote in a header");
  text.remove_prefix(1);
  return value;
}

// The parameters after the first ';': "form-data; name=\"a\"; filename=\"b.png\"".
std::map<std::string, std::string> parameters_of(std::string_view header) {
  std::map<std::string, std::string> found;
  size_t semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    header.remove_prefix(semicolon + 1);
    const size_t equals = header.find('=');
    if (equals == std::string_view::npos) break;
    const std::string name = lower(trimmed(header.substr(0, equals)));
    header = trimmed(header.substr(equals + 1));
    found.emplace(name, take_value(header));
    semicolon = header.find(';');
  }
  return found;
}

// Reads the header lines of one part.
Part part_of(std::string_view header) {
  Part part;
  bool named = false;
  while (!header.empty()) {
    const std::string_view line = header.substr(0, header.find("\r\n"));
    header.remove_prefix(std::min(line.size() + 2, header.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) refuse("expected NAME: VALUE in a part's header");
    const std::string name = lower(trimmed(line.substr(0, colon)));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-type") part.content_type = value;
    if (name != "content-disposition") continue;
    std::map<std::string, std::string> parameters = parameters_of(value);
    named = lower(trimmed(value.substr(0, value.find(';')))) == "form-data" && parameters.contains("name");
    part.name = parameters["name"];
    part.is_file = parameters.contains("filename");
    part.filename = parameters["filename"];
  }
  if (!named) refuse("expected Content-Disposition: form-data with a name in every part");
  return part;
}

}  // namespace

std::string boundary_of(std::string_view content_type) {
  const std::map<std::string, std::string> parameters = parameters_of(content_type);
  const auto found = parameters.find("boundary");
  if (found == parameters.end() || found->second.empty() || found->second.size() > kMaxBoundary) {
    refuse(fmt::format("expected a boundary of 1 to {} characters in Content-Type", kMaxBoundary));
  }
  return found->second;
}

std::vector<Part> parse_multipart(std::string_view body, const std::string& boundary, size_t max_parts) {
  const std::string line = "--" + boundary, next = "\r\n" + line;
  // What stands before the first boundary is to be ignored (RFC 2046).
  size_t at = body.starts_with(line) ? 0 : body.find(next);
  if (at == std::string_view::npos) refuse("expected the boundary that Content-Type names, found none");
  body.remove_prefix(at + (at == 0 && body.starts_with(line) ? line.size() : next.size()));
  std::vector<Part> parts;
  while (!body.starts_with("--")) {
    if (parts.size() == max_parts) {
      throw RequestError(413, "too_many_pictures", fmt::format("expected at most {} parts in a form", max_parts));
    }
    const size_t eol = body.find("\r\n");
    if (eol == std::string_view::npos || !trimmed(body.substr(0, eol)).empty())
      refuse("expected a new line after a boundary");
    body.remove_prefix(eol);
    const size_t blank = body.substr(0, kMaxPartHeader).find("\r\n\r\n");
    if (blank == std::string_view::npos) refuse("expected a part's header lines and an empty line");
    Part part = part_of(body.substr(std::min<size_t>(2, blank), blank - std::min<size_t>(2, blank)));
    body.remove_prefix(blank + 4);
    at = body.find(next);
    if (at == std::string_view::npos) refuse("expected a boundary after each part: the body is cut short");
    part.body = body.substr(0, at);
    body.remove_prefix(at + next.size());
    parts.push_back(std::move(part));
  }
  if (parts.empty()) refuse("expected at least one part, found none");
  return parts;
}

}  // namespace fer::serve
