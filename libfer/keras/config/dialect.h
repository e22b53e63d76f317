// What a file tells of the Keras that wrote it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "fer/keras.h"
#include "keras/hdf5/stored.h"

namespace fer::keras_file {

// What the file tells of how its model computed.
struct Dialect {
  bool keras_1 = false, keras_3 = false;
  bool turned_kernels = false;  // Theano's
  bool channels_first = false;
};

// model: the model's JSON, or null. version: of Keras, or empty where only the file may tell. Throws Error where layers
// disagree about where channels lie.
Dialect dialect_of(const Stored& root, const Stored& weights, const nlohmann::json& model, const std::string& version,
                   const KerasReadOptions& options);

// Whether pictures are [c, h, w], as the layers of a model say; false where none does.
bool has_channels_first(const nlohmann::json& model);

}  // namespace fer::keras_file
