// Whether a model's answers are hardly better than guesses.
#pragma once

#include <string>

#include "fer/metrics.h"

namespace fer::cli {

// What to look for where a model finds no more pictures than one that names a class at random, or always the same one,
// beyond what chance makes of so many pictures; empty: it does.
std::string guessing_hint(const Evaluation& evaluation);

}  // namespace fer::cli
