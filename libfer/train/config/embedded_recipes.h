// The recipes that are built into the library: data/recipes/*.json, made into a source by cmake/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace fer {

struct EmbeddedRecipe {
  std::string_view name;  // the file's name without .json
  std::string_view json;
};
std::span<const EmbeddedRecipe> embedded_recipes();  // by name

}  // namespace fer
