// What libfer_dlib.so exports.
#include "fer/version.h"
#include "vision/module.h"

extern "C" __attribute__((visibility("default"))) const fer::vision::ModuleVersion* fer_dlib_module();

const fer::vision::ModuleVersion* fer_dlib_module() {
  static const fer::vision::DlibModule module = {
      {fer::vision::kModuleInterface, fer::version()}, fer::vision::open_dlib, fer::vision::open_points};
  return &module.version;
}
