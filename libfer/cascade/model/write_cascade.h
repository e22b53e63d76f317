// The parts of the newer XML form, which the files of a training have too.
#pragma once

#include <string>

#include "fer/cascade.h"

namespace fer::cascade {

// As OpenCV 4 writes a float: "3." for whole numbers, else nine digits, from which the same float is read.
std::string number_text(float value);
// The members of a stage and those of a training, each line behind `indent`.
std::string stage_xml(const CascadeStage& stage, const std::string& indent);
std::string parameters_xml(const Cascade& cascade, const std::string& indent);
// An OpenCV file around its one element.
std::string storage_xml(const std::string& element);

}  // namespace fer::cascade
