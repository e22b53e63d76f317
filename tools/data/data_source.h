// DATA of the programs: a CSV file or a folder of pictures, its labels, and the classes that are made of them.
#pragma once

#include <string>
#include <vector>

#include "fer/classes.h"
#include "fer/dataset.h"
#include "fer/model.h"
#include "tools/cli/cli.h"

namespace fer::cli {

struct DataOptions {
  bool skip_bad = false;
  int64_t memory_bytes = int64_t{1} << 30;  // for the pictures of folders; more stay in their files
  std::string ferplus;                      // a file of votes that take the place of the labels; empty: none
  bool ferplus_soft = false;                // as distributions
  std::string classes;                      // the text of --classes; empty: not given
  std::vector<std::string> label_names;     // of --label-names (CsvOptions); empty: not given
  std::string label_column;                 // of --label-column
  std::string cache_dir;                    // of --cache (FolderOptions); empty: none
};

// --skip-bad, --label-names, --label-column and --ferplus; for training --ferplus-labels and --classes too.
void declare_data_options(cxxopts::OptionAdder& add, bool training);

// --cache, of programs that take pictures as a network wants them.
void declare_cache_option(cxxopts::OptionAdder& add);
DataOptions read_data_options(const Arguments& arguments);

struct OpenedData {
  std::string path;
  Dataset data;
  std::vector<float> soft_targets;  // [pictures, classes] or empty
  std::vector<std::string> notes;   // what the user should know, one line each
};

// Reads DATA. Pictures in folders are fitted to `input`, a network's; rows of a CSV file stay as they are, and are
// fitted when they are used.
OpenedData open_data(const std::string& path, const DataOptions& options, const Shape& input,
                     bool labels_needed = true);

// Relabels the data by rules, as apply_classes does; pictures that no rule takes become a note. Throws Error naming the
// data where all_needed is set and a rule names a class that they lack.
void apply_class_rules(OpenedData& opened, const std::vector<ClassRule>& rules, bool all_needed);

// Reads one DATA or several, which become one data set (fer/sources.h) of pictures fitted to `input`. Votes of
// --ferplus are those of the one CSV file among them.
OpenedData open_sources(const std::vector<std::string>& paths, const DataOptions& options, const Shape& input,
                        bool labels_needed = true);

// "a.csv + faces": what several sources are called.
std::string name_of_sources(const std::vector<std::string>& paths);

// Makes the classes that --classes asks for, if it does.
void choose_classes(OpenedData& opened, const Arguments& arguments);

// Called before a network is trained from scratch: makes the classes that --classes asks for, or those of the network,
// by name, and gives the network the data's class names, and with --classes or --ferplus as many outputs. A network
// that names fewer classes than the data have keeps its own, and pictures of the others are left out. A network's own
// names for the numbered labels of a CSV file are kept. What was chosen becomes a note. Returns what the classes are
// made of. Throws Error proposing --classes where their numbers differ otherwise.
std::vector<ClassRule> match_classes(OpenedData& opened, const DataOptions& options, Network& network);

// Called before a trained model is used: makes its classes from the data's, by name. Pictures of other classes take
// part in nothing, which becomes a note.
void apply_model_classes(OpenedData& opened, const Model& model);

// Prints notes on standard error, each after the program's name.
void print_notes(const std::string& program, const OpenedData& opened);

}  // namespace fer::cli
