// What fer-explain draws.
#pragma once

#include <string>

#include "fer/explain.h"
#include "fer/image.h"
#include "fer/model.h"
#include "tools/explain/subject.h"

namespace fer::cli {

// The picture, and beside it the picture with the map over it.
Image explanation_picture(const PictureSubject& subject, const Explanation& why, const std::string& class_name,
                          const std::string& method);

// The kernels of a model's first convolution, one square each: what is 0 is grey, what is above 0 lighter. Kernels over
// three channels are in colour; of others there is a square for each channel. Throws Error where the model has no
// convolution.
Image kernels_sheet(const Model& model);

// The maps that a layer gives for a picture, each from its smallest value (black) to its largest (white). values:
// [h, w, c]. Throws Error where they have no rows and columns.
Image maps_sheet(const PictureSubject& subject, const std::string& layer, const Tensor& values);

}  // namespace fer::cli
