#include "network/library.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "core/file_kind.h"
#include "fer/error.h"
#include "fer/file.h"
#include "fer/network.h"
#include "network/embedded.h"
#include "network/limits.h"

namespace fer {
namespace {

// Levenshtein's distance: insertions, deletions and substitutions.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

// Whoever writes "vgg8" means "seed002_vgg8": what is missing at the ends costs nothing.
bool is_near(std::string_view wanted, std::string_view name) {
  return name.find(wanted) != name.npos || edit_distance(wanted, name) <= 3;
}

std::string file_text(const std::string& path) {
  std::string text = core::read_expected(path, core::Expected::kNetwork, kMaxJsonBytes);
  core::refuse_other_kinds(path, core::Expected::kNetwork, text);
  return text;
}

// What is wrong with a name that is neither a network's nor a JSON file's. A file of that name may be something else.
std::string unknown_name(const std::string& name) {
  std::string near, all;
  for (const std::string& known : network_names()) {
    all += (all.empty() ? "" : ", ") + known;
    if (name.size() <= kMaxNameBytes && is_near(name, known)) near += (near.empty() ? "" : " or ") + known;
  }
  if (near.empty() && path_kind(name) != PathKind::kNone) file_text(name);
  const std::string start = "network '" + name.substr(0, kMaxNameBytes) + "': ";
  return start +
         (near.empty() ? "expected a file ending in .json or one of " + all : "unknown; did you mean " + near + "?");
}

}  // namespace

bool is_network_path(const std::string& text) { return text.find('/') != text.npos || text.ends_with(".json"); }

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& network : embedded_networks()) names.emplace_back(network.name);
  return names;
}

std::string network_text(const std::string& name_or_path) {
  if (is_network_path(name_or_path)) return file_text(name_or_path);
  for (const EmbeddedFile& network : embedded_networks()) {
    if (network.name == name_or_path) return std::string(network.json);
  }
  throw Error(unknown_name(name_or_path));
}

Network load_network(const std::string& name_or_path) {
  Network network = network_from_json(network_text(name_or_path), name_or_path);
  try {
    class_count(network);
  } catch (const Error& e) {
    throw Error(name_or_path + ": " + e.what());
  }
  return network;
}

}  // namespace fer
