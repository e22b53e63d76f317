// Tables of landmarks (fer/landmarks.h) from any source.
#pragma once

#include <string>

#include "data/byte_source.h"
#include "fer/csv.h"

namespace fer::data {

// What holds_landmarks says of a file.
bool has_points(const ByteSource& source);
Dataset read_points(const ByteSource& source, const std::string& name, const CsvOptions& options);

}  // namespace fer::data
