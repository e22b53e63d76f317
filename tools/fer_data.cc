// fer-data: what is in a data set, and the same in another form.
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "fer/duplicates.h"
#include "fer/file.h"
#include "tools/cli/cli.h"
#include "tools/data/data_facts.h"
#include "tools/data/data_files.h"
#include "tools/data/data_pictures.h"
#include "tools/data/data_source.h"

namespace fer {
namespace {

// Writes each file that was asked for.
void write_outputs(const cli::Arguments& arguments, const Dataset& data, const cli::DataFacts& facts,
                   const Duplicates& found) {
  const auto done = [&](const char* option) {
    if (!arguments.flag("json")) fmt::print("{}: {}\n", option, arguments.text(option));
  };
  if (arguments.has("chart")) {
    const std::string chart = arguments.text("chart");
    write_file(chart,
               cli::extension(chart) == ".png" ? encode_png(cli::counts_picture(facts)) : cli::counts_svg(facts));
    done("chart");
  }
  if (arguments.has("sheet")) {
    const int64_t per_class = arguments.integer("per-class", 1, 1000);
    write_file(arguments.text("sheet"), encode_png(cli::contact_sheet(data, per_class)));
    done("sheet");
  }
  if (arguments.has("list")) {
    write_file(arguments.text("list"), cli::groups_csv(data, found));
    done("list");
  }
  if (arguments.has("to-csv")) {
    cli::write_csv(data, arguments.text("to-csv"));
    done("to-csv");
  }
  if (arguments.has("to-folder")) {
    for (const std::string& left : cli::write_folder(data, arguments.text("to-folder"))) {
      cli::note(fmt::format("fer-data: {}: left by a program that was killed; it can be removed", left));
    }
    done("to-folder");
  }
}

// Refuses what is surely a mistake: writing over DATA, or a picture whose name says another format.
void check_outputs(const cli::Arguments& arguments, const std::string& data) {
  namespace fs = std::filesystem;
  for (const char* option : {"chart", "sheet", "list", "to-csv", "to-folder"}) {
    if (!arguments.has(option)) continue;
    const std::string out = arguments.text(option);
    if (path_kind(out) != PathKind::kNone && path_kind(data) != PathKind::kNone && fs::equivalent(out, data))
      throw cli::UsageError(fmt::format("--{}: expected another place than DATA", option));
  }
  for (const auto& [option, ending] : {std::pair("chart", ".svg"), std::pair("sheet", ".png")}) {
    if (!arguments.has(option)) continue;
    const std::string found = cli::extension(arguments.text(option));
    const bool drawn = std::string_view(option) == "chart" && found == ".png";
    if (!found.empty() && found != ending && !drawn)
      throw cli::UsageError(fmt::format("--{}: expected a name that ends in {}{}, found {}", option, ending,
                                        std::string_view(option) == "chart" ? " or .png" : "", found));
  }
}

int tell(const cli::Arguments& arguments) {
  if (arguments.operands().empty()) throw cli::UsageError("expected one DATA or several, found none");
  for (const std::string& data : arguments.operands()) check_outputs(arguments, data);
  if (arguments.flag("no-duplicates") && arguments.has("list"))
    throw cli::UsageError("--list does not go with --no-duplicates");
  cli::use_threads(arguments);
  const std::string path = cli::name_of_sources(arguments.operands());
  cli::OpenedData opened =
      cli::open_sources(arguments.operands(), cli::read_data_options(arguments), Shape({48, 48, 1}), false);
  cli::choose_classes(opened, arguments);
  cli::print_notes("fer-data", opened);
  const bool search = !arguments.flag("no-duplicates") && !opened.data.has_values();
  Duplicates found;
  if (search) {
    found = find_duplicates(opened.data, {.hash_bits = static_cast<int>(arguments.integer("hash-bits", 0, 64)),
                                          .correlation = arguments.number("correlation", -1, 1)});
  }
  const cli::DataFacts facts = cli::data_facts(opened.data, path, search ? &found : nullptr);
  const std::vector<cli::DataFacts> sources = cli::facts_of_sources(opened.data);
  if (arguments.flag("json")) {
    fmt::print("{}\n", cli::facts_json(facts, sources));
  } else {
    for (const cli::DataFacts& source : sources) fmt::print("{}\n", cli::facts_text(source));
    fmt::print("{}", cli::facts_text(facts));
  }
  write_outputs(arguments, opened.data, facts, found);
  return 0;
}

void declare_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options();
  add("json", "Print one JSON object");
  add("chart", "Draw the counts", text(), "FILE.svg|FILE.png");
  add("sheet", "Draw the first pictures of every class", text(), "FILE.png");
  add("per-class", "Pictures of every class in --sheet", text()->default_value("10"), "N");
  add("list", "Write every group of pictures that are the same or nearly the same", text(), "FILE.csv");
  add("to-csv", "Write the data as fer2013.csv", text(), "FILE.csv");
  add("to-folder", "Write the data as PNG pictures in folders", text(), "DIR");
  add("no-duplicates", "Do not look for pictures that are the same");
  add("hash-bits", "Nearly the same: difference hashes differ in at most N of 64 bits", text()->default_value("12"),
      "N");
  add("correlation", "Nearly the same: 16x16 averages correlate by R or more", text()->default_value("0.97"), "R");
  add("classes", "Use only these classes, in this order; a+b merges two, name=a+b names the result", text(), "A,B,...");
  cli::declare_data_options(add, false);
  cli::declare_cache_option(add);
  cli::declare_threads(options);
}

cli::Program program() {
  return {.name = "fer-data",
          .operands = "DATA...",
          .purpose =
              "Counts the pictures of a CSV file or a folder, finds those that are the same or "
              "blank, draws them, and\nconverts between the two forms.",
          .declare = declare_options,
          .run = tell};
}

}  // namespace
}  // namespace fer

int main(int argc, char** argv) { return fer::cli::run(fer::program, argc, argv); }
