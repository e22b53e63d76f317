#include "core/folder_names.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include "fer/error.h"

namespace fer::core {
namespace {

[[noreturn]] void fail_to_list(const std::string& path, int error) {
  throw Error(path + ": cannot list the folder: " + std::generic_category().message(error));
}

}  // namespace

std::vector<std::string> names_in_folder(const std::string& path) {
  const OpenFolder folder(::opendir(path.c_str()));
  if (!folder) fail_to_list(path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) fail_to_list(path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace fer::core
