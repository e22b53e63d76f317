#include "tools/train/trained_on.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "tools/train/run_files.h"

namespace fer::cli {
namespace {

namespace fs = std::filesystem;

// The folder of the run that the model is of: its own, or that above snapshots/.
std::string run_folder_of(const std::string& model) {
  const fs::path folder = fs::absolute(model).parent_path();
  return (folder.filename() == "snapshots" ? folder.parent_path() : folder).string();
}

}  // namespace

std::vector<std::string> notes_on_trained_pictures(const std::vector<std::string>& models, const Dataset& data,
                                                   const std::string& path) {
  std::vector<std::string> notes;
  std::set<std::string> seen;
  for (const std::string& model : models) {
    const std::string folder = run_folder_of(model);
    if (!seen.insert(folder).second) continue;
    const int64_t trained = pictures_trained_on(folder, data, path);
    if (trained == 0) continue;
    notes.push_back(fmt::format(
        "{}: was trained on {} of these {} pictures, so this accuracy is no test; val_accuracy in {}/report.html is of "
        "pictures that were held out",
        model, grouped(trained), grouped(data.size()), folder));
  }
  if (notes.empty()) {
    notes.push_back(path +
                    ": has no part to test with, so all its pictures count, those too that the model may have been "
                    "trained on (--split all says that this is meant)");
  }
  return notes;
}

}  // namespace fer::cli
