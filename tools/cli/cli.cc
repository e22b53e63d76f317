#include "tools/cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>

#include "fer/error.h"
#include "fer/threads.h"
#include "fer/version.h"
#include "tools/cli/help.h"

namespace fer::cli {
namespace {

// The whole of `text` as a T.
template <class T>
bool parse_whole(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

template <class T>
T checked(const std::string& option, const std::string& text, const char* kind, T lowest, T highest) {
  T value = 0;
  if (parse_whole(text, value) && value >= lowest && value <= highest) return value;
  std::string range = fmt::format("of at least {}", lowest);
  if (highest < std::numeric_limits<T>::max()) range = fmt::format("from {} to {}", lowest, highest);
  throw UsageError(fmt::format("--{}: expected {} {}, found \"{}\"", option, kind, range, text));
}

std::string shell_quoted(const std::string& word) {
  const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("_-./=,:+@%", c); };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

cxxopts::Options all_options(const Program& program) {
  cxxopts::Options options(program.name, program.purpose);
  options.custom_help("[options] " + program.operands);
  options.set_width(100);
  program.declare(options);
  const bool two = !program.everyday.empty();
  options.add_options()("h,help", two ? "Print the everyday options and exit" : "Print this and exit");
  if (two) options.add_options()("help-all", "Print all options and exit");
  options.add_options()("version", "Print the version and exit");
  return options;
}

std::string help_text(const Program& program) {
  std::vector<std::string> groups = program.groups;
  groups.emplace_back();
  return all_options(program).help(groups);
}

// "fer-eval: MESSAGE" as one line. There may be nobody to read it (stderr closed, its disk full), and no memory: the
// status says it then.
int complain(const char* program, const char* message, int status) noexcept {
  std::fflush(stdout);
  std::fputs(program, stderr);
  std::fputs(": ", stderr);
  for (const char* c = message; *c != '\0'; ++c) std::fputc(*c == '\n' ? ' ' : *c, stderr);
  std::fputc('\n', stderr);
  std::fflush(stderr);
  return status;
}

std::function<std::string(const std::string&)>& shown_error() {
  static std::function<std::string(const std::string&)> shown;
  return shown;
}

const char* running = "fer";  // the program's name, for end_without_memory

// A destructor of a library that takes memory (nlohmann's of what is nested) ends the program where there is none; this
// way it ends with a message.
[[noreturn]] void end_without_memory() noexcept {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    std::_Exit(complain(running, "out of memory", 1));
  } catch (...) {
    // Said by abort()'s signal.
  }
  std::abort();
}

int run_or_throw(const Program& program, const std::vector<std::string>& words) {
  const Arguments arguments = parse(program, words);
  if (arguments.flag("help")) {
    const std::string help = help_text(program);
    std::vector<std::string> shown = program.everyday;
    shown.insert(shown.end(), {"help", "help-all", "version"});
    fmt::print("{}", program.everyday.empty() ? help : short_help(help, shown));
    return 0;
  }
  if (!program.everyday.empty() && arguments.flag("help-all")) {
    fmt::print("{}", help_text(program));
    return 0;
  }
  if (arguments.flag("version")) {
    fmt::print("{} {}\n", program.name, version());
    return 0;
  }
  return program.run(arguments);
}

int complain_of_usage(const char* name, const char* message) noexcept {
  try {
    return complain(name, fmt::format("{} ({} --help)", message, name).c_str(), 2);
  } catch (const std::exception&) {
    return complain(name, message, 2);
  }
}

// An error's line and its status. (Without memory the message is shown as it is.)
int end_in(const char* name, const char* message, int status) noexcept {
  const auto say = [&](const char* text) {
    return status == 2 ? complain_of_usage(name, text) : complain(name, text, status);
  };
  try {
    if (!shown_error()) return say(message);
    const std::string shown = shown_error()(message);
    return shown.empty() ? status : say(shown.c_str());
  } catch (const std::exception&) {
    return say(message);
  }
}

// What a shell makes of a variable that is not set: the name of nothing.
void refuse_empty(const std::vector<std::string>& operands) {
  if (std::find(operands.begin(), operands.end(), "") == operands.end()) return;
  throw UsageError("expected names of files, found an empty one");
}

}  // namespace

Arguments::Arguments(std::string program, std::vector<std::string> words, const cxxopts::ParseResult& result)
    : program_(std::move(program)), words_(std::move(words)), operands_(result.unmatched()), result_(result) {}

int64_t Arguments::integer(const std::string& option, int64_t lowest, int64_t highest) const {
  return checked<int64_t>(option, text(option), "a whole number", lowest, highest);
}

double Arguments::number(const std::string& option, double lowest, double highest) const {
  return parse_number(option, text(option), lowest, highest);
}

std::string Arguments::choice(const std::string& option, const std::vector<std::string>& choices) const {
  std::string found = text(option);
  if (std::find(choices.begin(), choices.end(), found) != choices.end()) return found;
  throw UsageError(fmt::format("--{}: expected {}, found \"{}\"", option, fmt::join(choices, ", "), found));
}

std::vector<std::pair<std::string, std::string>> Arguments::given() const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const cxxopts::KeyValue& argument : result_.arguments()) pairs.emplace_back(argument.key(), argument.value());
  return pairs;
}

std::string Arguments::command() const {
  std::string line = program_;
  for (const std::string& word : words_) {
    line += ' ';
    line += shell_quoted(word);
  }
  return line;
}

void expect_one_operand(const Arguments& arguments, const std::string& name) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() == 1) return;
  std::string found = operands.empty() ? "none" : fmt::format("{}:", operands.size());
  for (const std::string& operand : operands) found += fmt::format(" {}", shell_quoted(operand));
  throw UsageError(fmt::format("expected one {}, found {}", name, found));
}

double parse_number(const std::string& option, const std::string& text, double lowest, double highest) {
  return checked<double>(option, text, "a number", lowest, highest);
}

Arguments parse(const Program& program, const std::vector<std::string>& words) {
  std::vector<const char*> argv = {program.name.c_str()};
  for (const std::string& word : words) argv.push_back(word.c_str());
  try {
    cxxopts::Options options = all_options(program);
    const cxxopts::ParseResult result = options.parse(static_cast<int>(argv.size()), argv.data());
    refuse_empty(result.unmatched());
    return Arguments(program.name, words, result);
  } catch (const cxxopts::exceptions::parsing& error) {
    throw UsageError(error.what());
  }
}

int run(Program (*make)(), int argc, char** argv) {
  // A file that may grow no further (ulimit -f) is a failed write like any other, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  const char* slash = argc > 0 ? std::strrchr(argv[0], '/') : nullptr;
  const char* name = slash != nullptr ? slash + 1 : argc > 0 ? argv[0] : "fer";
  running = name;
  std::set_terminate(end_without_memory);
  try {
    const int status = run_or_throw(make(), std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    // A full disk or a closed pipe shows only here.
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
      return end_in(name, fmt::format("cannot write to standard output: {}", std::strerror(errno)).c_str(), 1);
    }
    return status;
  } catch (const UsageError& error) {
    return end_in(name, error.what(), 2);
  } catch (const std::bad_alloc&) {
    return end_in(name, "out of memory", 1);
  } catch (const std::exception& error) {
    return end_in(name, error.what(), 1);
  }
}

void show_errors_as(std::function<std::string(const std::string&)> shown) { shown_error() = std::move(shown); }

void note(const std::string& line) {
  std::fflush(stdout);
  std::fputs((line + "\n").c_str(), stderr);
}

void declare_threads(cxxopts::Options& options) {
  options.add_options()("threads", "Number of threads, 0 for one per core; results do not depend on it",
                        cxxopts::value<std::string>()->default_value("0"), "N");
}

void use_threads(const Arguments& arguments) {
  set_num_threads(static_cast<int>(arguments.integer("threads", 0, 1024)));
}

std::vector<std::string> listed_names(const std::string& option, const std::string& text) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    std::string name = text.substr(begin, end - begin);
    name.erase(0, name.find_first_not_of(" \t"));
    name.erase(name.find_last_not_of(" \t") + 1);
    if (name.empty()) {
      throw UsageError(fmt::format("--{}: expected names with commas between, found \"{}\"", option, text));
    }
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

std::string shown_name(const Network& network) { return network.name.empty() ? "(unnamed)" : network.name; }

std::string grouped(int64_t n) {
  std::string digits = fmt::format("{}", n);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > (n < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<size_t>(i), 1, ',');
  return digits;
}

std::string base_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.empty() ? path : name;
}

std::string extension(const std::string& path) {
  std::string end = std::filesystem::path(path).extension().string();
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  return end;
}

std::string one_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace fer::cli
