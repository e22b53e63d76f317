// teacher_targets.safetensors: a teacher's answers about the training pictures, so that a resumed run needs neither
// the models nor their time. One tensor, `targets` [rows, classes].
#pragma once

#include <string>

#include "train/step/row_table.h"

namespace fer::train {

void write_row_table(const std::string& path, const RowTable& table);
// Throws Error when the file is not there or damaged, or holds a table of another shape or numbers that are not from 0
// to 1.
void read_row_table(const std::string& path, RowTable& table);

}  // namespace fer::train
