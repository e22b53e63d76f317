// What a file tells of the Keras that wrote it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "fer/keras.h"
#include "keras/hdf5/stored.h"
#include "keras/layers/builder.h"

namespace fer::keras_file {

// model: the model's JSON, or null. version: of Keras, or empty where only the file may tell. Throws Error where layers
// disagree about where channels lie.
Dialect dialect_of(const Stored& root, const Stored& weights, const nlohmann::json& model, const std::string& version,
                   const KerasReadOptions& options);

// Whether pictures are [c, h, w], as the layers of a model say; false where none does.
bool has_channels_first(const nlohmann::json& model);

}  // namespace fer::keras_file
