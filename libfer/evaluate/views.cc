#include "evaluate/views.h"

#include <algorithm>

#include "fer/error.h"
#include "fer/image.h"

namespace fer {
namespace {

void add_name(std::string_view name, Views& views) {
  if (name == "flip") {
    views.flip = true;
  } else if (name == "five") {
    views.corners = true;
  } else if (name == "ten") {
    views.corners = views.flip = true;
  } else if (name == "shifts") {
    views.shifts = true;
  } else if (name == "dense") {
    views.dense = true;
  } else {
    throw Error("views: expected none, or flip, five, ten, shifts and dense joined by '+', found '" +
                std::string(name) + "'");
  }
}

}  // namespace

Views views_from_name(std::string_view name) {
  Views views;
  if (name == "none") return views;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('+', begin), name.size());
    add_name(name.substr(begin, end - begin), views);
    begin = end + 1;
  }
  return views;
}

std::string views_name(const Views& views) {
  std::string name;
  const auto add = [&](const char* word) { name.append(name.empty() ? "" : "+").append(word); };
  if (views.corners) add(views.flip ? "ten" : "five");
  if (views.shifts) add("shifts");
  if (views.dense) add("dense");
  if (views.flip && !views.corners) add("flip");
  return name.empty() ? "none" : name;
}

int64_t view_count(const Views& views) { return static_cast<int64_t>(evaluation::views_of(views).size()); }

}  // namespace fer

namespace fer::evaluation {

std::vector<View> views_of(const Views& views) {
  std::vector<View> all;
  if (views.corners || views.shifts || !views.dense) all.push_back({});
  if (views.corners) {
    for (const Part part : {Part::kTopLeft, Part::kTopRight, Part::kBottomLeft, Part::kBottomRight}) {
      all.push_back({.part = part});
    }
  }
  if (views.shifts) all.insert(all.end(), {{.down = -1}, {.down = 1}, {.right = -1}, {.right = 1}});
  if (views.dense) all.push_back({.part = Part::kDense});
  if (!views.flip) return all;
  const std::vector<View> plain = all;
  for (View view : plain) {
    view.mirrored = true;
    all.push_back(view);
  }
  return all;
}

void show(const View& view, const Shape& shape, std::span<const uint8_t> picture, std::span<uint8_t> to) {
  const int64_t height = shape[0], width = shape[1], channels = shape[2], row = width * channels;
  for (int64_t y = 0; y < height; ++y) {
    const uint8_t* from = picture.data() + std::clamp<int64_t>(y - view.down, 0, height - 1) * row;
    uint8_t* out = to.data() + y * row;
    if (view.right == 0) {
      std::copy_n(from, row, out);
      continue;
    }
    for (int64_t x = 0; x < width; ++x) {
      std::copy_n(from + std::clamp<int64_t>(x - view.right, 0, width - 1) * channels, channels, out + x * channels);
    }
  }
  if (view.mirrored) mirror(to, width, channels);
}

data::Crop crop_of(Part part, const Shape& picture, const Shape& input) {
  data::Crop crop = data::centre_crop({picture[0], picture[1], picture[2]}, {input[0], input[1], input[2]});
  if (part == Part::kCentre) return crop;
  crop.top = part == Part::kTopLeft || part == Part::kTopRight ? 0 : picture[0] - input[0];
  crop.left = part == Part::kTopLeft || part == Part::kBottomLeft ? 0 : picture[1] - input[1];
  return crop;
}

void refuse_views_of_numbers(const Views& views) {
  if (views == Views{.mean = views.mean}) return;
  throw Error(views_name(views) + ": expected pictures, found landmarks");
}

}  // namespace fer::evaluation
