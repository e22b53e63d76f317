// The model that comes with libfer, for whoever has none of their own.
//
//   const auto classifier = fer::Classifier::load(fer::default_model().path);
#pragma once

#include <string>

#include "fer/export.h"

namespace FER_PUBLIC fer {

struct DefaultModel {
  std::string path;
  std::string name;      // its file's, without folder and ending: "small"
  std::string accuracy;  // "70.65 % of PrivateTest of fer2013": what its card says; "" where it has no card
};

// The first of these that is there:
// 1. the file that the environment variable FER_MODEL names, if it is set and not empty;
// 2. small.safetensors in share/fer/models of the place where libfer, or the program that it is linked into, is
//    installed, or was to be installed;
// 3. small.safetensors in data/models of the source that libfer was built from.
// Throws Error where FER_MODEL names nothing that is there, and where there is no model, saying what to do. The file is
// not read; its card, NAME.json beside it (data/models/README.md), is.
DefaultModel default_model();

}  // namespace fer
