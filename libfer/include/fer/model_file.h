// The file of a model.
#pragma once

#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

struct Model;  // fer/model.h

// Model files are safetensors (docs/model-format.md): one tensor per parameter under its name, F32 (I8 for the kernels
// of 8-bit layers, with their scales and ranges), and in the metadata the network's JSON, class names and
// preprocessing. Saving writes a temporary file in the same folder, syncs and renames it: a reader sees the old file or
// the new one, whole. Throws Error (with the path) when anything fails, the old file intact.
void save_model(const Model& model, const std::string& path);
// Throws Error on anything but a whole, consistent file: wrong lengths, overlapping tensors, other dtypes, missing or
// extra tensors, shapes of another network, weights that are not finite.
Model load_model(const std::string& path);

}  // namespace fer
