// Where libhdf5 or libzip was not found when libfer was built.
#include "fer/error.h"
#include "fer/keras.h"

namespace fer {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw Error(path + ": this libfer was built without Keras: apt-get install libhdf5-dev libzip-dev, and build again");
}

}  // namespace

bool has_keras() { return false; }
KerasModel read_keras(const std::string& path, const KerasReadOptions&) { refuse(path); }
BackboneReport fill_from_keras(Model&, const std::string& path) { refuse(path); }

}  // namespace fer
