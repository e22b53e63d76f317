// The text of a recipe: one of the library's, or a file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "core/json_value.h"
#include "fer/error.h"
#include "fer/recipe.h"
#include "network/json_fields.h"
#include "network/json_text.h"
#include "network/library.h"
#include "train/config/embedded_recipes.h"

namespace fer {
namespace {

using core::JsonValue;
using nlohmann::json;

// The network that a file names in place of layers; a path is one from the file's own folder.
std::string network_named_in(const json& recipe, const std::string& where) {
  JsonFields fields(recipe, where);
  std::string network;
  fields.required("network", network);
  for (const char* own : {"training", "description", "notes"}) fields.find(own);
  if (fields.find("layers") != nullptr) {
    throw Error(where + ": network: expected it in place of layers, found both");
  }
  fields.refuse_unknown();
  if (!is_network_path(network)) return network;
  return (std::filesystem::path(where).parent_path() / network).string();
}

// The text with the layers of the network that it names, if it names one.
std::string with_layers(std::string text, const std::string& where) {
  const JsonDocument document = parse_json(text, where);
  if (!document->is_object() || !document->contains("network")) return text;
  const std::string network = network_named_in(document, where);
  const JsonDocument layers = parse_json(network_text(network), network);
  JsonValue whole(*layers);
  for (const char* own : {"training", "description"}) {
    whole.erase(own);
    if (const auto member = document->find(own); member != document->end()) whole[own] = JsonValue(*member);
  }
  return whole.dump(1) + "\n";
}

bool is_one_of(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& recipe : embedded_recipes()) names.emplace_back(recipe.name);
  return names;
}

std::string recipe_text(const std::string& name_or_path) {
  for (const EmbeddedFile& recipe : embedded_recipes()) {
    if (recipe.name == name_or_path) return with_layers(std::string(recipe.json), name_or_path);
  }
  if (!is_network_path(name_or_path) && !is_one_of(network_names(), name_or_path)) {
    throw Error(fmt::format("recipe '{}': expected a file ending in .json or one of {}, or the name of a network",
                            name_or_path.substr(0, kMaxNameBytes), fmt::join(recipe_names(), ", ")));
  }
  return with_layers(network_text(name_or_path), name_or_path);
}

Recipe load_recipe(const std::string& name_or_path) {
  return recipe_from_json(recipe_text(name_or_path), name_or_path);
}

}  // namespace fer
