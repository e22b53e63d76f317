// Turns rows and files into what the library takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fer/dataset.h"
#include "fer/image.h"
#include "fer/metrics.h"
#include "fer/report.h"

namespace fer::cli {

// Reads a picture file. Returns nothing where the picture is bad and bad ones are left out, and says so in a note of
// the program. Where it cannot be read for another reason than its bytes, nothing is known of it, and that is always an
// error.
std::optional<Image> read_picture(const std::string& program, const std::string& file, bool skip_bad);

// Whether a file begins as a picture does, of a kind that libfer reads or not.
bool begins_as_picture(const std::string& path);

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
