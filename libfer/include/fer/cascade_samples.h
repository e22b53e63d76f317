// What a cascade is trained on: .vec files of opencv_createsamples, description files, lists of backgrounds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fer/box.h"
#include "fer/export.h"
#include "fer/image.h"

namespace FER_PUBLIC fer {

// Grey pictures of one size, one after another.
struct SampleSet {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;  // [count(), height, width]

  size_t count() const;
  std::span<const uint8_t> sample(size_t i) const;
  // Appends the picture, made grey and of this size. Throws Error where the picture is none.
  void add(const Image& picture);
};

// A .vec file: an int32 count, an int32 width times height, two int16 that nobody reads; then for each sample a byte
// and its pixels as int16, all little-endian. The file does not say which of width and height is what. Throws Error
// (file, expected, found) where the numbers do not fit the size asked for, the file or one another, on values outside
// 0 to 255, and on more than 4 GiB.
SampleSet read_vec(const std::string& path, int width, int height);
SampleSet parse_vec(std::string_view bytes, int width, int height, const std::string& name = "vec");
// The bytes of such a file.
std::string vec_bytes(const SampleSet& samples);
// Width times height as the file's header has it.
int64_t vec_sample_size(const std::string& path);

// A line of a description file.
struct DescribedPicture {
  std::string path;  // from the folder of the description file
  size_t line = 0;   // in it, from 1
  std::vector<Box> boxes;
};

// A description file as opencv_createsamples reads it: in each line a picture's path, the number of boxes, and for
// each of them left, top, width and height. Empty lines and those that begin with # are passed over; a path may have
// blanks. Throws Error ("FILE:LINE: ...") where a line is not so.
std::vector<DescribedPicture> read_description(const std::string& path);
std::vector<DescribedPicture> parse_description(std::string_view text, const std::string& path);

// The boxes of the pictures, cut out, grey, resized; the first `limit` of them. Throws Error ("FILE:LINE: ...") where a
// picture cannot be read or a box is not within it. `list`: the description file's name, for messages.
SampleSet cut_samples(const std::vector<DescribedPicture>& pictures, const std::string& list, int width, int height,
                      size_t limit);

// A list of pictures without what is to be found: a path in each line, from the list's folder. Empty lines and those
// that begin with # are passed over. Throws Error ("FILE:LINE: ...") where a file is not there, and where there is
// none.
std::vector<std::string> read_backgrounds(const std::string& path);

}  // namespace fer
