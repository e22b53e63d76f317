#include "tools/explain/subject.h"

#include <fmt/format.h>

#include "fer/dataset.h"
#include "fer/error.h"
#include "fer/landmarks.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"

namespace fer::cli {

std::string PictureSubject::name() const {
  return row < 0 ? base_name(file) : fmt::format("{} row {}", base_name(file), row);
}

PictureSubject read_subject(const std::string& file, int64_t row) {
  if (extension(file) != ".csv") {
    if (row >= 0) throw Error(fmt::format("{}: --row goes with a CSV file", file));
    return {file, -1, read_image(file)};
  }
  if (holds_landmarks(file)) throw Error(file + ": expected pictures, found landmarks");
  const Dataset data = read_fer_csv(file, false);
  const int64_t at = row < 0 ? 0 : row;
  if (at >= data.size()) throw Error(fmt::format("{}: expected a row of 0 to {}, found {}", file, data.size() - 1, at));
  return {file, at, row_image(data, at)};
}

}  // namespace fer::cli
