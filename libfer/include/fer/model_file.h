// The file of a model.
#pragma once

#include <cstdint>
#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

struct Model;  // fer/model.h

// The form in which a file holds the kernels of a model, which is nearly all of it. Biases and what batch norms have
// are 32-bit floats in every form. A model that is loaded is in floats again, whatever it was stored in.
enum class Storage : uint8_t {
  kFp32,  // as they are
  kBf16,  // the upper 16 bits of a float, rounded to nearest, a half to even: half the size, 8 bits of precision
  kInt8  // kernels of convolutions of one group and dense layers as whole multiples, -127 to 127, of a scale per output
         // channel, its largest magnitude / 127; others in bf16: a quarter of the size. (Not the models that compute
         // in 8-bit integers, fer/quantize.h: these know the ranges of their inputs, and cannot be trained.)
};
const char* storage_name(Storage storage);  // "fp32", "bf16", "int8"
// Throws Error for another name.
Storage storage_from_name(const std::string& name);

// Model files are safetensors (docs/model-format.md): one tensor per parameter under its name, F32 (I8 for the kernels
// of 8-bit layers, with their scales and ranges), and in the metadata the network's JSON, class names and
// preprocessing. Saving writes a temporary file in the same folder, syncs and renames it: a reader sees the old file or
// the new one, whole. Throws Error (with the path) when anything fails, the old file intact.
void save_model(const Model& model, const std::string& path);
// The same in another form. Throws Error also for a model that computes in 8-bit integers, unless storage is kFp32, and
// where a weight is beyond what bf16 can hold.
void save_model(const Model& model, const std::string& path, Storage storage);
// Throws Error on anything but a whole, consistent file: wrong lengths, overlapping tensors, other dtypes, missing or
// extra tensors, shapes of another network, weights that are not finite.
Model load_model(const std::string& path);
// What load_model widens the kernels from, as the file says. Throws Error where it is no model.
Storage model_storage(const std::string& path);

}  // namespace fer
