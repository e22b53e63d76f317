// A run of fer-train, from the read options to the last file.
#pragma once

#include <string>

#include "fer/model.h"
#include "fer/trainer.h"
#include "tools/cli/cli.h"
#include "tools/data/data_source.h"
#include "tools/train/progress.h"
#include "tools/train/run_files.h"
#include "tools/train/split.h"
#include "tools/train/train_options.h"

namespace fer::cli {

// The data, and the model to start from: its network and classes fitted to each other.
struct Start {
  OpenedData opened;
  Model model;
};
Start open_start(const TrainOptions& options);

class Run {
 public:
  // given: this call's command line; all: with the options that a resumed run began with. whole: the folder that
  // --resume is to be called with.
  Run(const Arguments& given, const Arguments& all, TrainOptions options, std::string whole);

  // False where only wrongly classified pictures count, and there are too few.
  bool has_rows() const { return !rows_.train.empty(); }

  // Trains, or goes on. The first Ctrl-C (or SIGTERM, or SIGHUP where nohup does not ignore it) writes a checkpoint and
  // ends in an Error that says how to go on.
  void execute();

 private:
  const std::string& folder() const { return options_.config.out_dir; }
  bool talks() const { return !options_.quiet && !options_.json; }
  void print_notes() const;
  std::vector<double> class_weights() const;
  void record_call();
  void greet(const Network& network) const;
  History fit(Trainer& trainer);
  TrainCallbacks callbacks(Progress& progress);
  void finish(const History& history);
  FinalFigures final_figures() const;

  const Arguments& given_;
  const Arguments& all_;
  TrainOptions options_;
  const std::string whole_;
  Start start_;
  const Dataset& data_;
  const TrainingRows rows_;
  ReportFacts facts_;
  bool recorded_ = false;
};

}  // namespace fer::cli
