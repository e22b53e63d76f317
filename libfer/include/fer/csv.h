// Tables: CSV files of faces in every form that goes around, or of landmarks (docs/data-format.md).
//
//   fer::Dataset data = fer::read_table("faces.csv.gz", {.label_names = fer::parse_label_names("sad,happy")});
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fer/dataset.h"
#include "fer/export.h"

namespace FER_PUBLIC fer {

struct CsvOptions {
  bool require_labels = true;
  // What the numbers 0, 1, 2, ... of the label column mean; an empty name: the number does not occur. Empty: fer2013's
  // seven, and 7 for contempt where the file has it.
  std::vector<std::string> label_names = {};
  // The name of the label column, or "first" or "last"; empty: emotion, label, labels, class, expression, target or y.
  std::string label_column = {};
};

// "angry,happy,sad" names 0, 1 and 2; "1=surprise,2=fear" names the numbers said. Throws Error on an empty name, a name
// or number given twice, and a number above 253.
std::vector<std::string> parse_label_names(std::string_view text);

// Reads faces, a field or a column for each picture's pixels, or landmarks (fer/landmarks.h), whichever the first line
// says. Fields are separated by commas, semicolons or tabs. The file may be compressed (gzip; zip and xz where libfer
// was built with libzip and liblzma), be in UTF-16 or have old line ends (CR): then a copy of it as plain text is made
// in $TMPDIR (or /tmp), without a name, for as long as it is read. "-" is standard input. Throws Error with file, line
// and column (of that copy), as read_fer_csv does.
Dataset read_table(const std::string& path, const CsvOptions& options = {});
// The same from bytes, which are text already; `name` stands for the path in messages.
Dataset parse_table(std::string_view text, const std::string& name, const CsvOptions& options = {});

// Gives classes that are called by numbers ("3", "003", as folders of RAF-DB and AffectNet are) the names that `names`
// has for them, in the order of the numbers. Throws Error naming a class that is no number or has no name.
void name_numbered_classes(Dataset& data, const std::vector<std::string>& names);

// What is strange about the labels of a table of faces, one line each: numbers of fer2013's that no picture has, as
// where labels were renumbered after a class was left out; names instead of numbers. Often none.
std::vector<std::string> notes_on_labels(const Dataset& data, const CsvOptions& options);

}  // namespace fer
