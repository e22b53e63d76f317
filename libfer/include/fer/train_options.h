// The options of training, from which fer-train's command line, its help, config.json and docs/training.md are made.
//
//   fer::TrainConfig config;
//   fer::set_train_option(config, "optimizer", "sgd");
//   fer::set_train_option(config, "learning-rate", "0.05");
//   for (const fer::TrainOption& option : fer::train_options()) std::cout << option.field << ": " << option.help <<
//   "\n";
#pragma once

#include <string>
#include <vector>

#include "fer/export.h"
#include "fer/trainer.h"

namespace FER_PUBLIC fer {

struct TrainOption {
  std::string name;   // "learning-rate", for --learning-rate; empty: the command line does not have it
  std::string field;  // "optimizer.learning_rate": in TrainConfig and config.json; empty: sets several fields at once
  std::string group;  // "Optimizer": options that belong together, one group after the other
  std::string argument;              // "R"; empty: a flag, on or off
  std::string help;                  // "Learning rate"
  std::string expected;              // "a number above 0", "fp32 or bf16"; "true or false" for flags
  std::string usual;                 // the default: "0.001, with sgd 0.01"; "0, no limit"; "off"; "none"
  std::vector<std::string> choices;  // the names that it may be; empty: it is no such option
  std::string parent;                // "optimizer": the option that it goes with; empty: none
  std::vector<std::string> with;     // ... and its values that have it: "adam", "adamw"; empty: all
  std::string since;                 // the first version that has it: "0.1.0"
};

// All options in the order in which they are set: an option that decides which others there are comes before those.
std::vector<TrainOption> train_options();

// Sets the fields that --name of fer-train sets. Naming the optimizer or the schedule that is in force leaves its
// fields as they are, another brings its defaults; a schedule turns reduce_lr off; patience and reduce-lr-patience turn
// their rule on, 0 off; monitor sets all three monitors. Throws Error ("--beta1: expected a number of at least 0 and
// below 1, found \"2\""), also for an option that does not go with the optimizer or schedule, and for an unknown name.
void set_train_option(TrainConfig& config, const std::string& name, const std::string& text);
// The value of an option as set_train_option takes it; "none" where a list or a size is empty, which empties it there.
// Throws Error as that does.
std::string train_option_text(const TrainConfig& config, const std::string& name);

}  // namespace fer
