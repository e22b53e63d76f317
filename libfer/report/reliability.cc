#include "report/reliability.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/text.h"

namespace fer::report {
namespace {

// User units of the viewBox, the same both ways so that the diagonal is one.
constexpr double kDiagramWidth = 480, kDiagramHeight = 300, kDiagramLeft = 54, kDiagramTop = 12, kDiagramSide = 246;

double across(double confidence) { return kDiagramLeft + confidence * (kDiagramWidth - kDiagramLeft - 14); }
double up(double share) { return kDiagramTop + (1 - share) * kDiagramSide; }

std::string diagram_grid() {
  std::string out;
  for (const int percent : {0, 20, 40, 60, 80, 100}) {
    const double share = percent / 100.0;
    out += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{} %</text>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{} %</text>\n",
        across(0), across(1), up(share), up(share), kDiagramLeft - 7, up(share) + 4, percent, across(share), up(0) + 17,
        percent);
  }
  return out + fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">confidence</text>\n",
                           across(0.5), kDiagramHeight - 5);
}

std::string rectangle(const ReliabilityBin& bin, double low, double high, const char* fill) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" style=\"fill:{}\"/>",
                     across(bin.low) + 1, up(high), across(bin.high) - across(bin.low) - 2, up(low) - up(high), fill);
}

// Accuracy as a bar, and what is missing to the confidence, or is above it.
std::string bar(const ReliabilityBin& bin) {
  if (bin.count == 0) return "";
  const auto [low, high] = std::minmax(bin.accuracy, bin.confidence);
  return fmt::format(
      "<g><title>confidence {:.0f} to {:.0f} %: {} {}, mean confidence {:.1f} %, accuracy {:.1f} "
      "%</title>{}{}</g>\n",
      100 * bin.low, 100 * bin.high, grouped(bin.count), bin.count == 1 ? "picture" : "pictures", 100 * bin.confidence,
      100 * bin.accuracy, rectangle(bin, 0, bin.accuracy, "var(--train)"),
      rectangle(bin, low, high, "rgba(var(--miss),0.5)"));
}

}  // namespace

std::string reliability_diagram(const Calibration& calibration) {
  if (calibration.bins.empty()) return "";
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Accuracy by confidence\">\n",
                                kDiagramWidth, kDiagramHeight);
  svg += diagram_grid();
  for (const ReliabilityBin& bin : calibration.bins) svg += bar(bin);
  svg += fmt::format("<line class=\"axis\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n", across(0),
                     across(1), up(0), up(1));
  return fmt::format(
      "<div class=\"charts\"><figure class=\"chart\"><figcaption><b>Accuracy by confidence</b></figcaption>\n"
      "{}</svg></figure></div>\n<p class=\"note\">The confidence is the largest probability. Blue bars: accuracy; "
      "orange: how far it is from the mean confidence. Calibration error {:.4f}; at the best temperature for these "
      "pictures, {:.3f}, it would be {:.4f}, and the loss {:.4f}.</p>\n",
      svg, calibration.error, calibration.best_temperature, calibration.best_error, calibration.best_loss);
}

}  // namespace fer::report
