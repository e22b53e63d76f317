// What libfer's programs load where faces are asked for: libfer_opencv.so and libfer_dlib.so, which bring OpenCV and
// dlib along, so that a program that is asked for none starts without them. Who links fer_vision needs neither.
#pragma once

#include <memory>
#include <string>

#include "vision/finder.h"

namespace fer::vision {

// Raised with every change of the structures below, or of what they name.
constexpr int kModuleInterface = 1;

// Both sides are of one version of libfer: what they hand each other is as C++ has it.
struct ModuleVersion {
  int interface;
  const char* libfer;  // fer::version()
};

// A module may throw Error, as the functions of finder.h do.
struct OpencvModule {
  ModuleVersion version;
  std::unique_ptr<Finder> (*open_cascade)(const std::string&, const std::string&, const FaceDetectorOptions&);
  std::unique_ptr<Finder> (*open_yunet)(const std::string&, const std::string&, const FaceDetectorOptions&);
};

struct DlibModule {
  ModuleVersion version;
  std::unique_ptr<Finder> (*open_dlib)(const FaceDetectorOptions&);
  std::unique_ptr<PointFinder> (*open_points)(const std::string&);
};

// The one function that a module exports, fer_opencv_module or fer_dlib_module, which returns its structure, that
// begins with its version.
using ModuleFunction = const ModuleVersion* (*)();

// Where a module lies: from the program's folder, and where it is to be installed; the symbol that it exports; and the
// package with the library that it stands on.
struct ModulePlaces {
  std::string from_program, installed, symbol, package;
};

// The structure of a module, which stays loaded. Throws Error naming the places where it is in none of them, the
// package where it cannot be loaded, and both versions where they differ.
const ModuleVersion* load_module(const ModulePlaces& places);

}  // namespace fer::vision
