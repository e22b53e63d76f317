// The library's version: the one place it is written. CMake reads it from here.
#pragma once

#include "fer/export.h"

#define FER_VERSION_MAJOR 0
#define FER_VERSION_MINOR 1
#define FER_VERSION_PATCH 0

namespace FER_PUBLIC fer {

// "major.minor.patch" of the library that is linked (which may differ from the headers above).
const char* version();

}  // namespace fer
