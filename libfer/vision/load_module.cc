#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <system_error>

#include "fer/error.h"
#include "fer/version.h"
#include "vision/module.h"

namespace fer::vision {
namespace {

namespace fs = std::filesystem;

// Empty: it is in neither place.
std::string place_of(const ModulePlaces& places, const std::string& beside) {
  std::error_code failure;
  for (const std::string& place : {beside, places.installed}) {
    if (fs::exists(place, failure)) return place;
  }
  return "";
}

}  // namespace

const ModuleVersion* load_module(const ModulePlaces& places) {
  std::error_code failure;
  const fs::path program = fs::read_symlink("/proc/self/exe", failure);
  const std::string beside = (program.parent_path() / places.from_program).lexically_normal().string();
  const std::string place = place_of(places, beside);
  if (place.empty()) {
    throw Error(
        fmt::format("a component of libfer that this needs is not there: expected {} or {} (install libfer "
                    "again, built with {})",
                    beside, places.installed, places.package));
  }
  void* library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw Error(fmt::format("{}: cannot be loaded: {} (apt-get install {})", place, ::dlerror(), places.package));
  }
  void* symbol = ::dlsym(library, places.symbol.c_str());
  if (symbol == nullptr) throw Error(fmt::format("{}: expected libfer's component, found another library", place));
  const ModuleVersion* found = reinterpret_cast<ModuleFunction>(symbol)();
  if (found->interface != kModuleInterface || std::string_view(found->libfer) != version()) {
    throw Error(fmt::format("{}: expected the component of libfer {} (interface {}), found that of {} (interface {})",
                            place, version(), kModuleInterface, found->libfer, found->interface));
  }
  return found;
}

}  // namespace fer::vision
