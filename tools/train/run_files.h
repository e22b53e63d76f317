// The files that fer-train itself keeps in a run's folder: run.json (how the run was called, so that --resume needs no
// options) and report.html.
#pragma once

#include <string>
#include <vector>

#include "fer/metrics.h"
#include "fer/report.h"
#include "fer/trainer.h"
#include "tools/cli/cli.h"
#include "tools/train/split.h"
#include "tools/train/train_options.h"

namespace fer::cli {

// Whether a run began in this folder, so that it can be resumed. Throws Error where that cannot be found out, as the
// next one does.
bool holds_run(const std::string& folder);
// Whether it has come to anything that another run would write over. (A run that ended before its first checkpoint
// has not, so the corrected command can be given again.)
bool holds_results(const std::string& folder);

std::string run_json_path(const std::string& folder);
std::string recipe_json_path(const std::string& folder);

// How the run was begun.
struct StoredCall {
  std::vector<std::string> options;  // "--epochs=10"
  std::vector<std::string> data;
  LimitRule limit_rule = LimitRule::kFirst;
  bool stratified = false;  // a random split gives every part its share of each class
};
// Throws Error when run.json is missing or is not ours.
StoredCall stored_call(const std::string& folder);

// Gives the options of a split the rules of the version that began the run.
void use_rules_of_run(const StoredCall& stored, SplitOptions& split);

// Writes run.json: `all` options in force, and `call`, this command line, added to the older ones.
void write_run_json(const std::string& folder, const Arguments& call, const Arguments& all, const Dataset& data,
                    const TrainingRows& rows, const SplitOptions& split);

// How many pictures of this data set the run in this folder was trained on, by its run.json; 0 where it was trained on
// none or there is no such file.
int64_t pictures_trained_on(const std::string& folder, const Dataset& data, const std::string& path);

// A checksum of all pictures and labels.
std::string data_checksum(const Dataset& data);

// Whether this data set has the pictures and labels, to the byte, of the run in this folder.
bool is_data_of_run(const std::string& folder, const Dataset& data);

// All that report.html shows and that does not change during a run.
struct ReportFacts {
  std::string folder;
  std::string title;
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> class_names;
  std::vector<std::pair<std::string, std::vector<int64_t>>> class_counts;
  std::string monitor;        // what the best epoch is judged by, for the closing words
  bool last_is_kept = false;  // the model is the last one, not the best
};

// The model of a run that has ended, on pictures as they are. count 0: none.
struct FinalFigures {
  Evaluation validation = {}, training = {}, test = {};
  std::string validation_name = {}, training_name = {}, test_name = {};
  std::vector<ReportPicture> worst = {};  // of validation.worst
};

// Writes report.html: the run so far and, where it has pictures, its model's figures.
void write_report(const ReportFacts& facts, const History& history, const FinalFigures& figures_at_end);

}  // namespace fer::cli
