// Pages and logs from plain structs: one self-contained HTML file each (no script or style from elsewhere),
// history.csv, TensorBoard events.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fer/export.h"
#include "fer/metrics.h"

namespace FER_PUBLIC fer {

// A picture to show in a page: 8-bit grey (channels 1) or RGB (3), rows contiguous.
struct ReportPicture {
  int64_t height = 0, width = 0, channels = 1;
  std::vector<uint8_t> pixels;
  std::string caption;
};

struct EpochFigures {
  int64_t epoch = 0;
  double loss = 0, accuracy = 0, val_loss = 0, val_accuracy = 0, learning_rate = 0, seconds = 0, images_per_second = 0;
  double val_calibrated_loss = std::numeric_limits<double>::quiet_NaN();  // EpochResult says what it is
  double val_temperature = std::numeric_limits<double>::quiet_NaN();
};

struct TrainingReport {
  std::string title;                                          // "seed002_vgg8 on fer2013.csv"
  std::vector<std::pair<std::string, std::string>> settings;  // shown as a table, in order
  std::vector<EpochFigures> epochs;
  int64_t best_epoch = 0;
  bool last_is_kept = false;  // best_epoch is the last one, which nobody chose
  std::vector<std::string> class_names;
  std::vector<std::pair<std::string, std::vector<int64_t>>> class_counts;  // split name -> pictures per class
  Evaluation evaluation;             // of the best weights on the validation split; count 0: left out
  std::string evaluation_name;       // "PublicTest"
  Evaluation on_training;            // ... and on training pictures as they are; count 0: left out
  std::string on_training_name;      // "3,589 pictures of Training"
  std::vector<ReportPicture> worst;  // beside evaluation.worst, same order
};

// A page with loss and accuracy curves, class counts, confusion matrix and worst mistakes.
std::string training_report_html(const TrainingReport& report);

struct EvaluationReport {
  std::string title;
  std::vector<std::pair<std::string, std::string>> settings;
  Evaluation evaluation;
  std::vector<ReportPicture> worst;
};
std::string evaluation_report_html(const EvaluationReport& report);

// An evaluation as a plain-text table for a terminal: accuracy, per-class precision, recall and F1, confusion matrix.
std::string evaluation_text(const Evaluation& evaluation);
// The same as one JSON object.
std::string evaluation_json(const Evaluation& evaluation);

}  // namespace fer
