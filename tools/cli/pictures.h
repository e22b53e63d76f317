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

// "PrivateTest" and so on, several with + between, or "all"; throws Error when the file has no such rows. Empty:
// PrivateTest, else PublicTest, else all, by what the file has.
struct NamedRows {
  std::string name;
  std::vector<int64_t> rows;
};
inline constexpr const char* kAllRows = "all rows";
NamedRows rows_of_split(const Dataset& data, const std::string& split, const std::string& path);

// "Training+PublicTest": parts by fer2013's names. Throws UsageError naming the option on another name, or one given
// twice; `others` are what the option takes besides (", all").
std::vector<Usage> parse_usages(const std::string& option, const std::string& text, const std::string& others = "");
// "Training+PublicTest"; "none" for none.
std::string usages_name(const std::vector<Usage>& usages);
// The rows of these parts that take part, in their order.
std::vector<int64_t> rows_with_usages(const Dataset& data, const std::vector<Usage>& usages);

// Every row that takes part.
std::vector<int64_t> all_rows(const Dataset& data);
bool has_usage(const Dataset& data);

}  // namespace fer::cli
