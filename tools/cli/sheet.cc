#include "tools/cli/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fer/draw.h"
#include "fer/error.h"

namespace fer::cli {
namespace {

constexpr int64_t kMargin = 12, kBetween = 8, kTextLine = 15, kHeading = 24, kTitle = 30, kMostPixels = 100'000'000;
constexpr Colour kInk = {.red = 28, .green = 31, .blue = 35}, kDim = {.red = 96, .green = 100, .blue = 110};

int64_t rows_of(const SheetSection& section, int64_t columns) {
  return (static_cast<int64_t>(section.pictures.size()) + columns - 1) / columns;
}

int64_t lines_of(std::span<const SheetSection> sections) {
  size_t lines = 0;
  for (const SheetSection& section : sections) {
    for (const SheetPicture& one : section.pictures) lines = std::max(lines, one.lines.size());
  }
  return static_cast<int64_t>(lines);
}

// What of a line fits, with two dots where something is missing.
std::string cut_to_width(const std::string& text, double size, int64_t width) {
  if (text_width(text, size) <= static_cast<double>(width)) return text;
  std::string shorter = text;
  while (!shorter.empty() && text_width(shorter + "..", size) > static_cast<double>(width)) shorter.pop_back();
  return shorter + "..";
}

// In its own proportions, as large as the place allows.
Image in_its_place(const Image& picture, const SheetLayout& layout) {
  if (layout.crisp) {
    const int64_t factor = std::min(layout.height / picture.height, layout.width / picture.width);
    if (factor >= 1) return enlarged(picture, factor);
  }
  const double scale = std::min(static_cast<double>(layout.height) / static_cast<double>(picture.height),
                                static_cast<double>(layout.width) / static_cast<double>(picture.width));
  const auto scaled = [&](int64_t extent) {
    return std::max<int64_t>(1, std::llround(scale * static_cast<double>(extent)));
  };
  return resized(picture, scaled(picture.height), scaled(picture.width));
}

void put_on_sheet(Image& sheet, const Image& picture, int64_t top, int64_t left) {
  const Image coloured = with_channels(picture, 3);
  for (int64_t y = 0; y < coloured.height; ++y) {
    const auto from = coloured.pixels.begin() + y * coloured.width * 3;
    std::copy(from, from + coloured.width * 3, sheet.pixels.begin() + ((top + y) * sheet.width + left) * 3);
  }
}

class SheetWriter {
 public:
  SheetWriter(const std::string& title, std::span<const SheetSection> sections, const SheetLayout& layout)
      : layout_(layout), cell_(layout.height + lines_of(sections) * kTextLine + kBetween) {
    int64_t height = kMargin + (title.empty() ? 0 : kTitle), columns = 1;
    for (const SheetSection& section : sections) {
      height += (section.heading.empty() ? 0 : kHeading) + rows_of(section, layout.columns) * cell_;
      columns = std::max(columns, std::min(layout.columns, static_cast<int64_t>(section.pictures.size())));
    }
    const int64_t pictures = 2 * kMargin + columns * (layout.width + kBetween) - kBetween;
    const auto text = static_cast<int64_t>(std::ceil(text_width(title, 18))) + 2 * kMargin;
    const int64_t width = std::max({pictures, std::min<int64_t>(text, 900), int64_t{160}});
    if (height > kMostPixels / width) {
      throw Error(
          fmt::format("sheet: expected at most {} pixels, found height {}, width {}", kMostPixels, height, width));
    }
    sheet_ = {height, width, 3, std::vector<uint8_t>(static_cast<size_t>(height * width * 3), 255)};
    top_ = kMargin;
    if (!title.empty()) line(title, 18, kInk, width - 2 * kMargin, kTitle);
    for (const SheetSection& section : sections) add(section);
  }

  Image result() { return std::move(sheet_); }

 private:
  void line(const std::string& text, double size, const Colour& colour, int64_t width, int64_t height) {
    draw_text(sheet_, cut_to_width(text, size, width), {kMargin, static_cast<double>(top_)}, size, colour);
    top_ += height;
  }

  void add(const SheetSection& section) {
    if (!section.heading.empty()) line(section.heading, 15, kInk, sheet_.width - 2 * kMargin, kHeading);
    for (size_t i = 0; i < section.pictures.size(); ++i) {
      const auto column = static_cast<int64_t>(i) % layout_.columns;
      add(section.pictures[i], kMargin + column * (layout_.width + kBetween));
      if (column + 1 == layout_.columns || i + 1 == section.pictures.size()) top_ += cell_;
    }
  }

  void add(const SheetPicture& one, int64_t left) {
    const Image picture = in_its_place(one.picture, layout_);
    put_on_sheet(sheet_, picture, top_ + (layout_.height - picture.height) / 2,
                 left + (layout_.width - picture.width) / 2);
    auto y = static_cast<double>(top_ + layout_.height + 2);
    for (size_t i = 0; i < one.lines.size(); ++i, y += kTextLine) {
      draw_text(sheet_, cut_to_width(one.lines[i], 13, layout_.width), {static_cast<double>(left), y}, 13,
                i == 0 ? kInk : kDim);
    }
  }

  SheetLayout layout_;
  int64_t cell_;  // the height of a row
  Image sheet_;
  int64_t top_ = 0;
};

}  // namespace

Image sheet_of(const std::string& title, std::span<const SheetSection> sections, const SheetLayout& layout) {
  return SheetWriter(title, sections, layout).result();
}

Image enlarged(const Image& image, int64_t factor) {
  Image out = {image.height * factor, image.width * factor, image.channels, {}};
  out.pixels.reserve(static_cast<size_t>(out.height * out.width * out.channels));
  for (int64_t y = 0; y < out.height; ++y) {
    for (int64_t x = 0; x < out.width; ++x) {
      const auto from = image.pixels.begin() + (y / factor * image.width + x / factor) * image.channels;
      out.pixels.insert(out.pixels.end(), from, from + image.channels);
    }
  }
  return out;
}

int64_t columns_for(int64_t count) {
  if (count <= 8) return std::max<int64_t>(count, 1);
  return count <= 32 ? 8 : count <= 256 ? 16 : 32;
}

}  // namespace fer::cli
