#include "tests/support/paths.h"

namespace fer {

std::string source_dir() { return FER_SOURCE_DIR; }
std::string tools_dir() { return FER_TOOLS_DIR; }
std::string failing_preload() { return FER_FAILING_PRELOAD; }
std::string fer_synth() { return FER_SYNTH; }

}  // namespace fer
