// What libfer_opencv.so exports.
#include "fer/version.h"
#include "vision/module.h"

extern "C" __attribute__((visibility("default"))) const fer::vision::ModuleVersion* fer_opencv_module();

const fer::vision::ModuleVersion* fer_opencv_module() {
  static const fer::vision::OpencvModule module = {
      {fer::vision::kModuleInterface, fer::version()}, fer::vision::open_cascade, fer::vision::open_yunet};
  return &module.version;
}
