// fer-cascade evaluate: a cascade on pictures whose objects are known.
#include <fmt/format.h>

#include "fer/cascade_samples.h"
#include "fer/error.h"
#include "fer/file.h"
#include "tools/cascade/curve.h"
#include "tools/cascade/scan_options.h"
#include "tools/cascade/verbs.h"

namespace fer::cli {
namespace {

CascadeCurve curve_of(const CascadeScanner& scanner, const std::string& list, ScanOptions options, int most,
                      double overlap) {
  CascadeCurve curve;
  for (int k = 0; k <= most; ++k) curve.points.push_back({k, 0, 0});
  options.min_neighbours = 0;
  for (const DescribedPicture& picture : read_description(list)) {
    Image image;
    try {
      image = read_image(picture.path);
    } catch (const Error& error) {
      throw Error(fmt::format("{}:{}: {}", list, picture.line, error.what()));
    }
    std::vector<Box> windows;
    for (const CascadeHit& hit : scanner.scan(image, options)) windows.push_back(hit.box);
    ++curve.pictures;
    curve.objects += static_cast<int64_t>(picture.boxes.size());
    for (CurvePoint& point : curve.points) {
      const CurvePoint here = count_hits(picture.boxes, group_boxes(windows, point.min_neighbours), overlap);
      point.found += here.found;
      point.false_boxes += here.false_boxes;
    }
  }
  return curve;
}

int run_evaluate(const Arguments& arguments) {
  if (!arguments.operands().empty()) throw UsageError("expected options alone, found " + arguments.operands()[0]);
  if (!arguments.has("cascade") || !arguments.has("info")) throw UsageError("expected --cascade and --info");
  use_threads(arguments);
  const std::string file = arguments.text("cascade");
  const CascadeScanner scanner(read_cascade(file));
  const auto most = static_cast<int>(arguments.integer("neighbours", 1, 1000));
  const CascadeCurve curve =
      curve_of(scanner, arguments.text("info"), read_scan(arguments), most, arguments.number("overlap", 0.01, 1));
  if (arguments.has("svg")) write_file(arguments.text("svg"), curve_svg(curve, base_name(file)));
  fmt::print("{}", arguments.flag("json") ? curve_json(curve) + "\n" : curve_text(curve));
  return 0;
}

void declare_evaluate(cxxopts::Options& options) {
  auto add = options.add_options();
  const auto text = [] { return cxxopts::value<std::string>(); };
  add("cascade", "The cascade, in either of OpenCV's XML forms", text(), "FILE.xml");
  add("info", "Description file: pictures and the boxes of all objects in them", text(), "INFO");
  add("overlap", "An object is found where a box and it share so much of the area of either",
      text()->default_value("0.5"), "X");
  add("neighbours", "The curve goes from 0 to this threshold of neighbours", text()->default_value("12"), "N");
  add("json", "Print one JSON object");
  add("svg", "Draws the curve", text(), "FILE.svg");
  declare_scan(options);
}

}  // namespace

Program cascade_evaluate_program() {
  return {.name = "fer-cascade evaluate",
          .operands = "",
          .purpose = "Hit rate and false boxes of a cascade, for each threshold of neighbours.",
          .declare = declare_evaluate,
          .run = run_evaluate};
}

}  // namespace fer::cli
