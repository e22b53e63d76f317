// The words for file_kind.h: what a file is called, and what to do where it was given for another.
#pragma once

#include <string>
#include <string_view>

#include "core/file_kind.h"

namespace fer::core {

// "expected a model (.safetensors), found an ONNX file: fer-convert makes a model of it". `more` follows the name of
// what was found.
std::string text_of_other(Expected expected, FileKind found, const std::string& more = "");

// The same without what was expected: "an ONNX file".
std::string text_of_kind(FileKind found, const std::string& more);

// What follows the name of a kind: how a text begins.
std::string words_more(FileKind found, std::string_view bytes);

// Whether a file of this kind may be what is expected, so that its reader should look at it.
bool may_be(Expected expected, FileKind found);

// The beginning of a text's first line, fit to be printed.
std::string first_words(std::string_view text);

}  // namespace fer::core
