// The recipes that are built into the library: data/recipes/*.json, made into a source by cmake/embed.cmake.
#pragma once

#include <span>

#include "network/embedded.h"

namespace fer {

std::span<const EmbeddedFile> embedded_recipes();  // by name

}  // namespace fer
