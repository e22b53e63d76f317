// Figures as files.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fer/figures.h"

namespace fer::cli {

// The PNG of an SVG picture, 2.5 times as large, drawn by the program rsvg-convert; nothing where it is not installed.
// Throws Error where it fails.
std::optional<std::string> png_of_svg(const std::string& svg);

// Writes NAME.svg, NAME.csv and NAME.png of each figure to a folder, and more files as they are given, each whole, in
// the place of older ones. Where rsvg-convert is missing, a line on stderr says which package has it, and figures have
// no PNG but what `more` brings. Throws Error (path and reason).
void write_figures(const std::string& program, const std::string& folder, const std::vector<Figure>& figures,
                   const std::vector<std::pair<std::string, std::string>>& more = {});

}  // namespace fer::cli
