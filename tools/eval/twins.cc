#include "tools/eval/twins.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "fer/duplicates.h"
#include "fer/error.h"

namespace fer::cli {
namespace {

// All rows of a part, also those whose class was dropped.
std::vector<int64_t> rows_of_part(const Dataset& data, const std::string& part) {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < static_cast<int64_t>(data.usage.size()); ++row) {
    if (part == usage_name(data.usage[static_cast<size_t>(row)])) rows.push_back(row);
  }
  return rows;
}

}  // namespace

void declare_twins(cxxopts::Options& options) {
  options.add_options()("without-twins-of",
                        "State the figures also without the pictures whose pixels are in this part too: Training, "
                        "PublicTest or PrivateTest",
                        cxxopts::value<std::string>(), "PART");
}

std::string read_other_part(const Arguments& arguments) {
  if (!arguments.has("without-twins-of")) return "";
  return arguments.choice("without-twins-of", {"Training", "PublicTest", "PrivateTest"});
}

Twins find_twins(const std::string& part, const Dataset& data, const std::vector<int64_t>& rows,
                 const std::string& path) {
  if (part.empty()) return {};
  Twins twins{.part = part, .left = {}};
  const std::vector<int64_t> others = rows_of_part(data, part);
  if (others.empty()) throw Error(fmt::format("{}: --without-twins-of: no row with Usage {}", path, part));
  const std::vector<int64_t> found = rows_with_twins(data, rows, others);
  const std::unordered_set<int64_t> left_out(found.begin(), found.end());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!left_out.contains(rows[i])) twins.left.push_back(i);
  }
  twins.count = static_cast<int64_t>(rows.size() - twins.left.size());
  if (twins.left.empty()) {
    throw Error(fmt::format("{}: --without-twins-of {}: all {} pictures that are evaluated are in that part", path,
                            twins.part, rows.size()));
  }
  return twins;
}

std::vector<int64_t> rows_left(const Twins& twins, const std::vector<int64_t>& rows) {
  std::vector<int64_t> left;
  left.reserve(twins.left.size());
  for (const size_t i : twins.left) left.push_back(rows[i]);
  return left;
}

Tensor probabilities_left(const Twins& twins, const Tensor& probabilities) {
  const auto classes = static_cast<size_t>(probabilities.shape()[1]);
  Tensor left(Shape({static_cast<int64_t>(twins.left.size()), static_cast<int64_t>(classes)}));
  auto to = left.values().begin();
  for (const size_t i : twins.left)
    to = std::ranges::copy(probabilities.values().subspan(i * classes, classes), to).out;
  return left;
}

}  // namespace fer::cli
