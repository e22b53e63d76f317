#include "tools/train/stored_text.h"

#include <fmt/format.h>

#include <charconv>

namespace fer::cli {
namespace {

using nlohmann::ordered_json;

bool is_utf8(const std::string& text) {
  try {
    (void)ordered_json(text).dump();
    return true;
  } catch (const ordered_json::type_error&) {
    return false;
  }
}

}  // namespace

ordered_json stored_text(const std::string& text) {
  if (is_utf8(text)) return text;
  std::string bytes;
  for (const unsigned char c : text) bytes += fmt::format("{:02x}", c);
  return {{"text", text}, {"bytes", bytes}};  // (text: written with U+FFFD for what is not UTF-8)
}

std::string text_of(const ordered_json& stored) {
  if (!stored.is_object()) return stored.get<std::string>();
  const auto bytes = stored.at("bytes").get<std::string>();
  std::string text;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(bytes.data() + i, bytes.data() + i + 2, byte, 16);
    text += static_cast<char>(byte);
  }
  return text;
}

}  // namespace fer::cli
