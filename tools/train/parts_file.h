// What a run remembers of its pictures: a checksum of each, and how its parts can be drawn again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "fer/dataset.h"
#include "tools/train/split.h"

namespace fer::cli {

std::string parts_path(const std::string& folder);

// Writes FOLDER/parts.csv: part,row,checksum, a line for each picture of the run.
void write_parts(const std::string& folder, const Dataset& data, const TrainingRows& rows);

// The checksums of the pictures that the run in this folder was trained on; nothing where it does not say so (runs
// begun before there was this file). Throws Error on a file that is not ours.
std::optional<std::unordered_set<uint64_t>> checksums_trained_on(const std::string& folder);

// What a model keeps (Model::held_out) of a random split of these data, as JSON.
std::string held_out_text(const Dataset& data, const SplitOptions& split);
// The split of that text, where these are the data that it was drawn from; nothing: they are others, or there is no
// text. Throws Error naming the model on a text that is not ours.
std::optional<SplitOptions> split_of_model(const std::string& text, const std::string& model, const Dataset& data);

}  // namespace fer::cli
