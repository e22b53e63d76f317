#include "cascade/scan/grey.h"

#include <algorithm>
#include <cmath>

#include "image/image_codecs.h"

namespace fer::cascade {
namespace {

// Where one output pixel lies along an axis: share 256ths of the pixel after `from`, the rest of `from`.
struct Place {
  int from = 0, share = 0;
};

std::vector<Place> places(int in, int out) {
  // (As OpenCV gets it: by way of the inverse.)
  const double scale = 1.0 / (static_cast<double>(out) / static_cast<double>(in));
  std::vector<Place> all(static_cast<size_t>(out));
  for (int i = 0; i < out; ++i) {
    const double at = scale * (i + 0.5) - 0.5;
    const double whole = std::floor(at);
    Place& place = all[static_cast<size_t>(i)];
    if (whole < 0 || in == 1) continue;
    place.from = std::min(static_cast<int>(whole), in - 1);
    if (place.from < in - 1) place.share = rounded((at - whole) * 256);
  }
  return all;
}

// One row of the input at the output's columns, in 256ths.
void resize_row(const uint8_t* in, const std::vector<Place>& columns, int last, uint16_t* out) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const Place place = columns[i];
    const int next = std::min(place.from + 1, last);
    out[i] = static_cast<uint16_t>(in[place.from] * (256 - place.share) + in[next] * place.share);
  }
}

}  // namespace

int rounded(double value) { return static_cast<int>(std::nearbyint(value)); }

Grey grey_of(const Image& picture) {
  image::check_image(picture);
  Grey grey{static_cast<int>(picture.width), static_cast<int>(picture.height), {}};
  if (picture.channels == 1) {
    grey.pixels = picture.pixels;
    return grey;
  }
  grey.pixels.resize(picture.pixels.size() / 3);
  const uint8_t* p = picture.pixels.data();
  for (uint8_t& value : grey.pixels) {
    value = static_cast<uint8_t>((9798 * p[0] + 19235 * p[1] + 3735 * p[2] + (1 << 14)) >> 15);
    p += 3;
  }
  return grey;
}

Grey resized_exactly(const Grey& picture, int width, int height) {
  if (width == picture.width && height == picture.height) return picture;
  Grey out{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height))};
  const std::vector<Place> columns = places(picture.width, width), rows = places(picture.height, height);
  std::vector<uint16_t> lines[2] = {std::vector<uint16_t>(columns.size()), std::vector<uint16_t>(columns.size())};
  int held[2] = {-1, -1};  // the rows that the lines are of: an even and an odd one
  const auto line = [&](int y) {
    const int slot = y & 1;
    if (held[slot] != y) resize_row(picture.row(y), columns, picture.width - 1, lines[slot].data());
    held[slot] = y;
    return lines[slot].data();
  };
  for (int y = 0; y < height; ++y) {
    const Place place = rows[static_cast<size_t>(y)];
    const uint16_t* a = line(place.from);
    const uint16_t* b = line(std::min(place.from + 1, picture.height - 1));
    const uint32_t low = 256U - static_cast<uint32_t>(place.share), high = static_cast<uint32_t>(place.share);
    uint8_t* to = out.row(y);
    for (int x = 0; x < width; ++x) to[x] = static_cast<uint8_t>((a[x] * low + b[x] * high + (1U << 15)) >> 16);
  }
  return out;
}

}  // namespace fer::cascade
