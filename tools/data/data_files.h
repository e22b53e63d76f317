// A data set as files of another form.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fer/dataset.h"

namespace fer::cli {

// fer2013.csv's form: emotion,pixels[,Usage]. Rows of a CSV file keep their order; pictures of a folder come in the
// order of their names without folders where these differ from each other, so that what write_folder wrote becomes the
// file it came from. Throws Error unless pictures are 48x48 grey and classes are fer2013's.
void write_csv(const Dataset& data, const std::string& path);

// The number that fer2013 gives each class. Throws Error naming `path` where a class is none of the seven.
std::vector<size_t> fer2013_numbers(const std::vector<std::string>& class_names, const std::string& path);

// FOLDER/train|val|test/CLASS/ROW.png, or FOLDER/CLASS/ROW.png without splits, or FOLDER/ROW.png without labels; the
// row's number has as many digits as the last one's. Throws Error where FOLDER exists; it appears when it is whole.
// Returns the temporary folders for it that killed programs have left.
std::vector<std::string> write_folder(const Dataset& data, const std::string& path);

}  // namespace fer::cli
