#include "fer/version.h"

#define FER_TEXT_OF(x) #x
#define FER_TEXT(x) FER_TEXT_OF(x)

namespace fer {

const char* version() {
  return FER_TEXT(FER_VERSION_MAJOR) "." FER_TEXT(FER_VERSION_MINOR) "." FER_TEXT(FER_VERSION_PATCH);
}

}  // namespace fer
