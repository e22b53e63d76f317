// What OpenCV does not check of a cascade's file before it reads memory by it.
#pragma once

#include <string>

namespace fer::vision {

// Throws Error ("PATH: stage 3, tree 0: ...") where the text is no cascade of boosted trees over Haar or LBP features
// that OpenCV 4 can run, in the form of opencv-cascade-classifier or the old one of opencv-haar-classifier, told apart
// by what is in it: a root without a type is read too. Nodes, leaves and features must exist, trees end, rectangles
// lie within the window. OpenCV's own checks (cv::Exception) come first.
void check_cascade(const std::string& text, const std::string& path);

}  // namespace fer::vision
