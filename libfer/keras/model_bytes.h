// Keras's files from memory.
#pragma once

#include <string>
#include <string_view>

#include "fer/keras.h"

namespace fer::keras_file {

// read_keras of a file's content; `where` names it in messages.
KerasModel parse_model(std::string_view content, const KerasReadOptions& options, const std::string& where);

// The network of a model in Keras's JSON, its weights zero; errors do not name the text. For tests of hostile texts.
Network parse_config(std::string_view text);

}  // namespace fer::keras_file
