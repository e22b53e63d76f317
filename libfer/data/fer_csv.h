// fer2013's CSV forms from memory, for the reader of files (fer/dataset.h) and for whoever has the bytes already:
// docs/data-format.md has the grammar.
#pragma once

#include <string>
#include <string_view>

#include "fer/dataset.h"

namespace fer::data {

// Does what read_fer_csv does, from bytes; `name` stands for the path in messages. Where there are several mistakes,
// the first one in the text is reported, whatever the number of threads.
Dataset parse_fer_csv(std::string_view text, const std::string& name, bool require_labels = true);

}  // namespace fer::data
