// A module of another version of libfer.
#include "vision/module.h"

extern "C" __attribute__((visibility("default"))) const fer::vision::ModuleVersion* fer_other_module() {
  static const fer::vision::ModuleVersion version = {fer::vision::kModuleInterface, "0.0.1"};
  return &version;
}

extern "C" __attribute__((visibility("default"))) const fer::vision::ModuleVersion* fer_other_interface() {
  static const fer::vision::ModuleVersion version = {fer::vision::kModuleInterface + 1, "0.0.1"};
  return &version;
}
