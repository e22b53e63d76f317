// A run's settings in words: for the first lines on the screen and for the report.
#pragma once

#include <string>

#include "fer/network.h"
#include "tools/train/run_files.h"
#include "tools/train/split.h"
#include "tools/train/train_options.h"

namespace fer::cli {

// The figure that a monitor goes by: without validation rows val_loss means loss, val_accuracy accuracy.
std::string watched(const std::string& monitor, const TrainingRows& rows);

// Three lines: program and network, data, how it is trained and where to.
std::string banner(const TrainOptions& options, const Network& network, const TrainingRows& rows);

// What a teacher is and how much it counts: "a.safetensors, b.safetensors: weight 0.5, temperature 1, views flip".
std::string teacher_text(const Teacher& teacher);

ReportFacts report_facts(const TrainOptions& options, const Network& network, const Dataset& data,
                         const TrainingRows& rows, const std::string& command);

// Of several sources a line each: how many pictures of it are in each part.
std::vector<std::string> source_notes(const Dataset& data, const TrainingRows& rows);

}  // namespace fer::cli
