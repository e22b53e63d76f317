// The names in a folder.
#pragma once

#include <dirent.h>

#include <memory>
#include <string>
#include <vector>

namespace fer::core {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

// All but "." and "..", sorted bytewise. Throws Error ("PATH: cannot list the folder: REASON"). (C++'s own
// directory_iterator ends the program where memory ends.)
std::vector<std::string> names_in_folder(const std::string& path);

}  // namespace fer::core
