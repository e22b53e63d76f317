// The picture that fer-explain is asked about.
#pragma once

#include <cstdint>
#include <string>

#include "fer/image.h"

namespace fer::cli {

struct PictureSubject {
  std::string file;
  int64_t row = -1;  // of a CSV file; -1: a picture
  Image picture;
  std::string name() const;  // "face.jpg", "fer2013.csv row 3", without folders
};

// A picture, or a row of a CSV file (0 where `row` is below 0). Throws Error as read_image and read_fer_csv do, on a
// row that the file does not have, and on a row for a picture.
PictureSubject read_subject(const std::string& file, int64_t row);

}  // namespace fer::cli
