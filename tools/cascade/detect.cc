// fer-cascade detect: boxes in pictures.
#include <fmt/format.h>

#include "tools/cascade/scan_options.h"
#include "tools/cascade/verbs.h"

namespace fer::cli {

void declare_scan(cxxopts::Options& options) {
  auto add = options.add_options();
  const auto text = [](const char* value) { return cxxopts::value<std::string>()->default_value(value); };
  add("scale-factor", "How much larger the next window is", text("1.1"), "X");
  add("min-size", "Smallest box: its shorter side, in pixels", text("0"), "N");
  add("max-size", "Largest box; 0: the picture's size", text("0"), "N");
  declare_threads(options);
}

ScanOptions read_scan(const Arguments& arguments) {
  ScanOptions options;
  options.scale_factor = arguments.number("scale-factor", 1.001, 1000);
  options.min_width = options.min_height = static_cast<int>(arguments.integer("min-size", 0, 1'000'000));
  options.max_width = options.max_height = static_cast<int>(arguments.integer("max-size", 0, 1'000'000));
  return options;
}

namespace {

nlohmann::ordered_json boxes_json(const std::string& path, const std::vector<CascadeHit>& hits) {
  nlohmann::ordered_json boxes = nlohmann::ordered_json::array();
  for (const CascadeHit& h : hits) {
    boxes.push_back({{"left", h.box.left},
                     {"top", h.box.top},
                     {"width", h.box.width},
                     {"height", h.box.height},
                     {"neighbours", h.neighbours}});
  }
  return {{"file", path}, {"boxes", boxes}};
}

int run_detect(const Arguments& arguments) {
  if (!arguments.has("cascade")) throw UsageError("expected --cascade");
  if (arguments.operands().empty()) throw UsageError("expected at least one PICTURE");
  use_threads(arguments);
  ScanOptions options = read_scan(arguments);
  options.min_neighbours = static_cast<int>(arguments.integer("min-neighbours", 0, 1'000'000));
  const CascadeScanner scanner(read_cascade(arguments.text("cascade")));
  for (const std::string& path : arguments.operands()) {
    const std::vector<CascadeHit> hits = scanner.scan(read_image(path), options);
    if (arguments.flag("json")) {
      fmt::print("{}\n", one_line(boxes_json(path, hits)));
      continue;
    }
    // As a line of a description file.
    fmt::print("{} {}", path, hits.size());
    for (const CascadeHit& h : hits) fmt::print(" {} {} {} {}", h.box.left, h.box.top, h.box.width, h.box.height);
    fmt::print("\n");
  }
  return 0;
}

void declare_detect(cxxopts::Options& options) {
  auto add = options.add_options();
  add("cascade", "The cascade, in either of OpenCV's XML forms", cxxopts::value<std::string>(), "FILE.xml");
  add("min-neighbours", "A box needs more windows than that; 0: every window",
      cxxopts::value<std::string>()->default_value("3"), "N");
  add("json", "Print one JSON object for each picture");
  declare_scan(options);
}

}  // namespace

Program cascade_detect_program() {
  return {.name = "fer-cascade detect",
          .operands = "PICTURE...",
          .purpose = "Scans pictures by a cascade. Prints a line for each, as a description file has it.",
          .declare = declare_detect,
          .run = run_detect};
}

}  // namespace fer::cli
