#include "predict/default_model.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "fer/error.h"
#include "fer/file.h"
#include "network/json_text.h"

namespace fer {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kVariable = "FER_MODEL";
constexpr const char* kName = "small.safetensors";
constexpr size_t kMaxCardBytes = size_t{1} << 20;

// The folder of the library, or of the program that it is linked into; empty where that cannot be told.
fs::path own_folder() {
  Dl_info info = {};
  if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code failure;
  // A program is named as it was called; what the system knows of it is its place.
  const fs::path named = info.dli_fname, program = fs::read_symlink("/proc/self/exe", failure);
  const bool is_library = named.filename().string().find(".so") != std::string::npos;
  const fs::path file = fs::canonical(is_library || program.empty() ? named : program, failure);
  return failure ? fs::path() : file.parent_path();
}

// "70.65 % of PrivateTest of fer2013": the first of the card's figures.
std::string accuracy_of(const fs::path& card) {
  std::error_code failure;
  if (!fs::is_regular_file(card, failure)) return {};
  const JsonDocument document = parse_json(read_file(card, kMaxCardBytes), card);
  const json& all = document;
  const auto figures = all.is_object() ? all.find("figures") : all.end();
  if (!all.is_object() || figures == all.end() || !figures->is_array() || figures->empty()) return {};
  const json& first = figures->front();
  const auto given = [&](const char* key, bool (json::*is)() const noexcept) {
    return first.is_object() && first.contains(key) && (first[key].*is)();
  };
  if (!given("accuracy", &json::is_number) || !given("on", &json::is_string)) return {};
  return fmt::format("{:.2f} % of {}", 100 * first["accuracy"].get<double>(), first["on"].get<std::string>());
}

DefaultModel model_at(const fs::path& path) {
  return {.path = path, .name = path.stem(), .accuracy = accuracy_of(fs::path(path).replace_extension(".json"))};
}

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders;
  if (const fs::path own = own_folder(); !own.empty()) {
    for (const char* way : {FER_DATA_FROM_PROGRAMS, FER_DATA_FROM_LIBRARIES}) {
      folders.push_back((own / way / "fer/models").lexically_normal());
    }
  }
  folders.emplace_back(FER_INSTALLED_MODELS);
  folders.emplace_back(FER_SOURCE_MODELS);
  return folders;
}

}  // namespace

namespace predict {

DefaultModel default_model_of(const char* given, std::span<const fs::path> folders) {
  if (given != nullptr && *given != '\0') {
    if (path_kind(given) != PathKind::kNone) return model_at(given);
    throw Error(fmt::format("{}: expected the path of a model (.safetensors), found nothing at {}", kVariable, given));
  }
  std::vector<std::string> places;
  for (const fs::path& folder : folders) {
    const fs::path path = folder / kName;
    std::error_code failure;
    if (fs::is_regular_file(path, failure)) return model_at(path);
    if (std::ranges::find(places, path.string()) == places.end()) places.push_back(path);
  }
  throw Error(
      fmt::format("no model is given, and none came with libfer: name a model, or set {} to the path of one "
                  "(`fer-train DATA` makes one); looked for {}",
                  kVariable, fmt::join(places, ", ")));
}

}  // namespace predict

DefaultModel default_model() { return predict::default_model_of(std::getenv(kVariable), model_folders()); }

}  // namespace fer
