// Texts of the command line in run.json: names of files are bytes, JSON is UTF-8.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace fer::cli {

// The text itself where it is UTF-8; else {"text": for people to read, "bytes": "2f746d702fff"}.
nlohmann::ordered_json stored_text(const std::string& text);
// The text again. Throws nlohmann::json::exception on anything else.
std::string text_of(const nlohmann::ordered_json& stored);

}  // namespace fer::cli
