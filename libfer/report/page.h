// The frame of every page, and the parts that the training and the evaluation page share. Each returns HTML.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "fer/report.h"

namespace fer::report {

// A whole document: head, style, title, `body`, and a line that says what wrote it.
std::string page(const std::string& title, const std::string& body);

// <section> with a heading; empty content gives nothing.
std::string section(const std::string& heading, const std::string& content);

// Figures to see first: (label, value) each.
std::string headline(const std::vector<std::pair<std::string, std::string>>& tiles);

std::string settings_table(const std::vector<std::pair<std::string, std::string>>& settings);
std::string class_counts_table(const std::vector<std::string>& class_names,
                               const std::vector<std::pair<std::string, std::vector<int64_t>>>& counts);
std::string class_figures_table(const Evaluation& evaluation);
std::string confusion_table(const Evaluation& evaluation);
// pictures: beside evaluation.worst, in the same order; may be fewer.
std::string mistakes_gallery(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures);
// The three above and the reliability diagram, each in its section; nothing for an evaluation of no pictures.
std::string evaluation_sections(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures);

}  // namespace fer::report
