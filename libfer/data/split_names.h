// The names of parts of a data set, as folders and columns have them.
#pragma once

#include <optional>
#include <string>

#include "fer/dataset.h"

namespace fer::data {

// train, training: Training; val, valid, validation, dev, publictest: PublicTest; test, testing, privatetest:
// PrivateTest; in any case, without _, - and spaces. Nothing: another name.
std::optional<Usage> split_of(const std::string& name);

}  // namespace fer::data
