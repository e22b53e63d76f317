// What the programs share: options and operands, the edge where errors become exit statuses, small output helpers.
#pragma once

#include <cstdint>
#include <cxxopts.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fer/network.h"

namespace fer::cli {

// A mistake in how a program was called: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A parsed command line. Numbers are checked whole and against a range; what does not fit throws UsageError naming the
// option.
class Arguments {
 public:
  Arguments(std::string program, std::vector<std::string> words, const cxxopts::ParseResult& result);

  // Whether the user gave the option (a default does not count).
  bool has(const std::string& option) const { return result_.count(option) > 0; }
  bool flag(const std::string& option) const { return result_[option].as<bool>(); }
  std::string text(const std::string& option) const { return result_[option].as<std::string>(); }
  int64_t integer(const std::string& option, int64_t lowest, int64_t highest) const;
  double number(const std::string& option, double lowest, double highest) const;
  // The value, which must be one of `choices`.
  std::string choice(const std::string& option, const std::vector<std::string>& choices) const;

  const std::vector<std::string>& operands() const { return operands_; }
  // The options that the user gave, in order; flags are "true".
  std::vector<std::pair<std::string, std::string>> given() const;
  // The command line for people to read: quoted where the shell needs it.
  std::string command() const;

 private:
  std::string program_;
  std::vector<std::string> words_, operands_;
  cxxopts::ParseResult result_;
};

// The whole of `text` as a number within [lowest, highest]. Throws UsageError naming the option.
double parse_number(const std::string& option, const std::string& text, double lowest, double highest);

struct Program {
  std::string name;      // "fer-eval"
  std::string operands;  // "MODEL DATA"
  std::string purpose;   // one or two sentences
  std::function<void(cxxopts::Options&)> declare;
  std::function<int(const Arguments&)> run;
  std::vector<std::string> groups = {};  // of options, in the order in which --help shows them; may be empty
  // The options that --help shows where all are too many: then --help-all shows the others too. Empty: all.
  std::vector<std::string> everyday = {};
};

// Parses words (without the program's name) by the program's options, --help and --version among them. Throws
// UsageError.
Arguments parse(const Program& program, const std::vector<std::string>& words);

// Throws UsageError ("expected one DATA, found 2: a.csv b.csv") unless there is one operand.
void expect_one_operand(const Arguments& arguments, const std::string& name);

// main: makes the program, parses, runs, and turns what is thrown into one line on stderr and a status: 0 success, 2
// usage, 1 else. The status is the same where the line cannot be written.
int run(Program (*make)(), int argc, char** argv);

// From now on run shows of an error what `shown` makes of its message; nothing where that is empty. For a program that
// is several processes.
void show_errors_as(std::function<std::string(const std::string& message)> shown);

// A line on stderr that changes nothing: lost, without an error, where stderr is closed or full.
void note(const std::string& line);

// Declares --threads; use_threads applies it.
void declare_threads(cxxopts::Options& options);
void use_threads(const Arguments& arguments);

// "angry, happy" -> angry, happy: the names between the commas, without the blanks around them. Throws UsageError
// naming the option on a name that is empty.
std::vector<std::string> listed_names(const std::string& option, const std::string& text);

// The network's name, or "(unnamed)".
std::string shown_name(const Network& network);
// 28709 -> "28,709"
std::string grouped(int64_t n);
// The last part of a path.
std::string base_name(const std::string& path);
// ".csv" of "a/b.CSV": in lower case, empty where there is none.
std::string extension(const std::string& path);
// JSON on one line; what is not UTF-8 in names becomes U+FFFD.
std::string one_line(const nlohmann::ordered_json& json);

}  // namespace fer::cli
