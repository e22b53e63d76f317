// Which models a program uses: those that it is given, or the one that comes with libfer.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace fer::cli {

// How many operands, the first ones, are models of `fer-predict [MODEL...] FILE...`: none where the first is data by
// its content, or where it is the only one and no model; else the first, whatever its name, and the .safetensors files
// right after it.
size_t leading_models(std::span<const std::string> operands);

// `given`, or where it is empty the default model's path, which a line on stderr then names, with its accuracy.
std::vector<std::string> models_or_default(const std::string& program, std::span<const std::string> given);

// The same, with the folder of a run as its best.safetensors.
std::vector<std::string> models_of_runs(std::vector<std::string> paths);

}  // namespace fer::cli
