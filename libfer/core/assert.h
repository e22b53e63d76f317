// FER_ASSERT: our own mistakes, checked in debug and sanitizer builds.
#pragma once

#include <cassert>

#define FER_ASSERT(condition) assert(condition)
