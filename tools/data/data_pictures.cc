#include "tools/data/data_pictures.h"

#include <fmt/format.h>

#include <algorithm>

#include "fer/draw.h"
#include "tools/cli/cli.h"
#include "tools/cli/pictures.h"
#include "tools/cli/tiny_font.h"

namespace fer::cli {
namespace {

// Colours of Okabe and Ito, which people with colour blindness can tell apart.
constexpr const char* kColours[] = {"#0072B2", "#E69F00", "#009E73", "#999999"};
constexpr int64_t kFace = 48, kGap = 4, kScale = 2, kMost = 1000;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escaped(text));
}

void paste(Image& sheet, const Image& face, int64_t y, int64_t x) {
  for (int64_t row = 0; row < face.height; ++row) {
    const auto from = face.pixels.begin() + row * face.width * face.channels;
    std::copy(from, from + face.width * face.channels,
              sheet.pixels.begin() + ((y + row) * sheet.width + x) * sheet.channels);
  }
}

// Rows of each class, in order, at most per_class.
std::vector<std::vector<int64_t>> first_rows(const Dataset& data, int64_t per_class) {
  std::vector<std::vector<int64_t>> rows(data.labels.empty() ? 1 : data.class_names.size());
  for (const int64_t row : all_rows(data)) {
    std::vector<int64_t>& of_class = rows[data.labels.empty() ? 0 : data.labels[row]];
    if (static_cast<int64_t>(of_class.size()) < per_class) of_class.push_back(row);
  }
  return rows;
}

}  // namespace

std::string counts_svg(const DataFacts& facts) {
  constexpr double kBar = 14, kBetween = 14, kLeft = 110, kPlot = 460, kTop = 56;
  const size_t splits = facts.splits.size(), classes = facts.class_names.size();
  const double step = kBar * static_cast<double>(splits) + kBetween;
  const double height = kTop + step * static_cast<double>(classes) + 10;
  int64_t most = 1;
  for (const auto& counts : facts.counts) most = std::max(most, *std::max_element(counts.begin(), counts.end()));
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"660\" height=\"{0}\" viewBox=\"0 0 660 {0}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"660\" height=\"{0}\" fill=\"white\"/>\n",
      height);
  svg += text_at(10, 20, "start", fmt::format("{}: {} pictures", base_name(facts.path), grouped(facts.pictures)));
  for (size_t s = 0; s < splits; ++s) {
    const double x = kLeft + 150 * static_cast<double>(s);
    svg += fmt::format("<rect x=\"{}\" y=\"32\" width=\"10\" height=\"10\" fill=\"{}\"/>\n", x, kColours[s % 4]);
    svg += text_at(x + 15, 41, "start", fmt::format("{} ({})", facts.splits[s], grouped(facts.count_of_split(s))));
  }
  for (size_t c = 0; c < classes; ++c) {
    const double top = kTop + step * static_cast<double>(c);
    svg += text_at(kLeft - 8, top + kBar * static_cast<double>(splits) / 2 + 4, "end", facts.class_names[c]);
    for (size_t s = 0; s < splits; ++s) {
      const double y = top + kBar * static_cast<double>(s);
      const double width = kPlot * static_cast<double>(facts.counts[s][c]) / static_cast<double>(most);
      svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"/>\n", kLeft, y, width,
                         kBar - 2, kColours[s % 4]);
      svg += text_at(kLeft + width + 5, y + kBar - 3, "start", grouped(facts.counts[s][c]));
    }
  }
  return svg + "</svg>\n";
}

Image counts_picture(const DataFacts& facts) {
  constexpr double kBar = 16, kBetween = 14, kLeft = 130, kPlot = 440, kTop = 60, kText = 16;
  constexpr Colour kBlack = {}, kWhite = {255, 255, 255};
  constexpr Colour kBars[] = {{0, 114, 178}, {230, 159, 0}, {0, 158, 115}, {153, 153, 153}};
  const size_t splits = facts.splits.size(), classes = facts.class_names.size();
  const double step = kBar * static_cast<double>(splits) + kBetween;
  Image image = {static_cast<int64_t>(kTop + step * static_cast<double>(classes) + 10), 660, 3, {}};
  image.pixels.resize(static_cast<size_t>(image.height * image.width * 3));
  fill_rectangle(image, {0, 0, 660, static_cast<double>(image.height)}, kWhite);
  draw_text(image, fmt::format("{}: {} pictures", base_name(facts.path), grouped(facts.pictures)), {10, 8}, kText,
            kBlack);
  int64_t most = 1;
  for (const auto& counts : facts.counts) most = std::max(most, *std::max_element(counts.begin(), counts.end()));
  for (size_t s = 0; s < splits; ++s) {
    const double x = 10 + 165 * static_cast<double>(s);
    fill_rectangle(image, {x, 36, 10, 10}, kBars[s % 4]);
    draw_text(image, fmt::format("{} ({})", facts.splits[s], grouped(facts.count_of_split(s))), {x + 15, 33}, 14,
              kBlack);
  }
  for (size_t c = 0; c < classes; ++c) {
    const double top = kTop + step * static_cast<double>(c);
    const double width = text_width(facts.class_names[c], kText);
    draw_text(image, facts.class_names[c],
              {kLeft - 8 - width, top + kBar * static_cast<double>(splits) / 2 - kText / 2}, kText, kBlack);
    for (size_t s = 0; s < splits; ++s) {
      const double y = top + kBar * static_cast<double>(s);
      const double bar = kPlot * static_cast<double>(facts.counts[s][c]) / static_cast<double>(most);
      fill_rectangle(image, {kLeft, y, bar, kBar - 2}, kBars[s % 4]);
      draw_text(image, grouped(facts.counts[s][c]), {kLeft + bar + 5, y - 1}, kText, kBlack);
    }
  }
  return image;
}

Image contact_sheet(const Dataset& data, int64_t per_class) {
  const std::vector<std::vector<int64_t>> rows = first_rows(data, std::min(per_class, kMost));
  size_t letters = 0, columns = 1;
  for (const std::vector<int64_t>& row : rows) columns = std::max(columns, row.size());
  if (!data.labels.empty()) {
    for (const std::string& name : data.class_names) letters = std::max(letters, std::min<size_t>(name.size(), 24));
  }
  const int64_t left = kGap + static_cast<int64_t>(letters) * 4 * kScale + kGap;
  const int64_t channels = data.channels == 3 ? 3 : 1;
  Image sheet = {kGap + static_cast<int64_t>(rows.size()) * (kFace + kGap),
                 left + static_cast<int64_t>(columns) * (kFace + kGap),
                 channels,
                 {}};
  sheet.pixels.assign(static_cast<size_t>(sheet.height * sheet.width * channels), 255);
  for (size_t c = 0; c < rows.size(); ++c) {
    const int64_t y = kGap + static_cast<int64_t>(c) * (kFace + kGap);
    if (letters > 0) draw_text(sheet, data.class_names[c].substr(0, letters), y + kFace / 2 - 5, kGap, kScale);
    for (size_t i = 0; i < rows[c].size(); ++i) {
      const Image face = fitted(row_image(data, rows[c][i]), kFace, kFace, channels);
      paste(sheet, face, y, left + static_cast<int64_t>(i) * (kFace + kGap));
    }
  }
  return sheet;
}

}  // namespace fer::cli
