// Where the tests find the repository and the programs. (In a source of its own, so that every other object is the same
// in every folder that the project is built in.)
#pragma once

#include <string>

namespace fer {

std::string source_dir();
std::string tools_dir();        // the programs of the build tree
std::string failing_preload();  // tests/support/failing_preload.cc, to be preloaded
std::string fer_synth();        // the program fer-synth of the build tree

}  // namespace fer
