// The tensors of a model file: a network's parameters in the forms that files have for them.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "fer/model.h"
#include "io/safetensors.h"

namespace fer::io {

// What a file is written from. The entries point into the model's weights, or into what stands beside them here.
struct ModelEntries {
  std::vector<SafetensorsEntry> entries;
  std::list<std::vector<int8_t>> bytes;
  std::list<std::vector<uint16_t>> halves;
  std::list<std::vector<float>> scales;
  std::list<std::array<float, 2>> ranges;
};
// Throws Error on what would make a file that cannot be read again: weights that are not the network's or not finite.
ModelEntries model_entries(const Model& model, Storage storage);

// Throws Error, beginning with `where`, unless the file has the tensors of the model's network, in known types and
// their shapes, and no others.
void check_tensors(const SafetensorsFile& file, const Network& network, Storage storage, const std::string& where);

// Fills model.weights, which are made for the network, and model.int8 from tensors that were checked and are loaded.
// Throws Error, beginning with `where`, on numbers that are no weights.
void read_tensors(const SafetensorsFile& file, Storage storage, Model& model, const std::string& where);

}  // namespace fer::io
