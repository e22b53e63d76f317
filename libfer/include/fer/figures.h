// Figures for papers and slides, from plain structs: each as an SVG picture and its numbers as CSV. White paper, text
// that can be read in print, colours that people with colour blindness can tell apart (Okabe and Ito 2008).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fer/export.h"
#include "fer/metrics.h"
#include "fer/network.h"
#include "fer/report.h"

namespace FER_PUBLIC fer {

struct Figure {
  std::string name;  // for a file, without its ending: "confusion_counts"
  std::string svg;   // a whole SVG document, without scripts and without anything from elsewhere
  std::string csv;   // with a header line
};

// A table of labels (rows) by answers (columns): the numbers of pictures ("confusion_counts"), or the share of each
// row in it ("confusion_by_row"), which also is what the colour of a cell says.
enum class ConfusionCells : uint8_t { kCounts, kShares };
Figure confusion_figure(const Evaluation& evaluation, const std::string& title, ConfusionCells cells);

// Of each class, how many pictures are in it and how many the model says are: "predicted_against_true".
Figure predicted_figure(const Evaluation& evaluation, const std::string& title);

// How many pictures each class has in each part, and which share of the part that is: "class_counts". parts: name and
// pictures per class.
Figure class_counts_figure(const std::vector<std::string>& class_names,
                           const std::vector<std::pair<std::string, std::vector<int64_t>>>& parts,
                           const std::string& title);

// What a model says of one picture, a bar for each class: "probabilities". The picture is drawn beside them where it is
// given. `label`: of the true class, marked; -1: none.
Figure probabilities_figure(const std::vector<std::string>& class_names, std::span<const float> probabilities,
                            const std::string& title, const ReportPicture* picture = nullptr, int label = -1);

// Lines over epochs or steps.
struct Curve {
  std::string name;       // "training"
  std::vector<double> y;  // as many as there are x; what is not finite is left out
};
struct CurveAxes {
  std::string x_label;  // "epoch"
  std::string y_label;  // "loss"
  bool percent = false;
};
Figure curves_figure(const std::string& name, const std::string& title, const CurveAxes& axes,
                     const std::vector<double>& x, const std::vector<Curve>& curves);

// Loss and accuracy by epoch, and, where steps_per_epoch is above 0, by step: "loss_by_epoch" and so on. A point of
// training is the mean over the steps of an epoch, and stands at its last one. Without epochs, none.
std::vector<Figure> history_figures(const std::vector<EpochFigures>& epochs, double steps_per_epoch,
                                    const std::string& title);

// Pictures that a model is wrong about, with what it says and what they are: "mistakes". pictures: beside
// evaluation.worst, in the same order; may be fewer.
Figure mistakes_figure(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures,
                       const std::string& title);

// Both confusion matrices, predicted against true, the class counts of the pictures that were evaluated, and the
// mistakes where there are pictures.
std::vector<Figure> evaluation_figures(const Evaluation& evaluation, const std::vector<ReportPicture>& pictures,
                                       const std::string& title);

// A network: a box for each layer with what follows it in place (norm, activation, dropout), its output and its
// parameters, arrows, and branches side by side: "network". The CSV has a line per layer: its name, type, inputs,
// output, parameters and multiply-adds. Throws Error as infer does.
Figure network_figure(const Network& network);

}  // namespace fer
