// Tables of faces from memory, for the reader of files (fer/csv.h) and for whoever has the bytes already:
// docs/data-format.md has the grammar.
#pragma once

#include <string>
#include <string_view>

#include "data/byte_source.h"
#include "fer/csv.h"
#include "fer/dataset.h"

namespace fer::data {

// Does what read_fer_csv does, from bytes; `name` stands for the path in messages. Where there are several mistakes,
// the first one in the text is reported, whatever the number of threads.
Dataset parse_fer_csv(std::string_view text, const std::string& name, bool require_labels = true);
// The same from any source and with options.
Dataset read_faces(const ByteSource& source, const std::string& name, const CsvOptions& options);

}  // namespace fer::data
