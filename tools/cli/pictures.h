// Turns rows and files into what the library takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/image.h"
#include "fer/metrics.h"
#include "fer/report.h"

namespace fer::cli {

// A row of a data set as an Image; landmarks as dots on white.
Image row_image(const Dataset& data, int64_t row);

// Pictures of an evaluation's worst mistakes, in their order.
std::vector<ReportPicture> worst_pictures(const Dataset& data, const Evaluation& evaluation);

// "PrivateTest" and so on, or "all"; throws Error when the file has no such rows. Empty: PrivateTest, else
// PublicTest, else all, by what the file has.
struct NamedRows {
  std::string name;
  std::vector<int64_t> rows;
};
inline constexpr const char* kAllRows = "all rows";
NamedRows rows_of_split(const Dataset& data, const std::string& split, const std::string& path);

// Every row that takes part.
std::vector<int64_t> all_rows(const Dataset& data);
bool has_usage(const Dataset& data);

}  // namespace fer::cli
