// A picture as dlib has it. (For the sources that are built where dlib is.)
#pragma once

#include <dlib/array2d.h>

#include "fer/image.h"

namespace fer::vision {

using DlibGrey = dlib::array2d<unsigned char>;

void fill_grey(const Image& picture, DlibGrey& out);

}  // namespace fer::vision
