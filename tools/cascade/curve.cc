#include "tools/cascade/curve.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/cli.h"
#include "tools/cli/overlap.h"

namespace fer::cli {
double CascadeCurve::hit_rate(const CurvePoint& p) const {
  return objects == 0 ? 0 : static_cast<double>(p.found) / static_cast<double>(objects);
}

double CascadeCurve::false_boxes_per_picture(const CurvePoint& p) const {
  return pictures == 0 ? 0 : static_cast<double>(p.false_boxes) / static_cast<double>(pictures);
}

CurvePoint count_hits(const std::vector<Box>& objects, std::vector<CascadeHit> hits, double overlap) {
  std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.neighbours > b.neighbours; });
  std::vector<bool> taken(objects.size());
  CurvePoint point;
  for (const CascadeHit& hit : hits) {
    size_t best = objects.size();
    double most = overlap;
    for (size_t i = 0; i < objects.size(); ++i) {
      const double here = overlap_of(hit.box, objects[i]);
      if (taken[i] || here < most) continue;
      most = here;
      best = i;
    }
    if (best == objects.size()) {
      ++point.false_boxes;
    } else {
      taken[best] = true;
      ++point.found;
    }
  }
  return point;
}

std::string curve_text(const CascadeCurve& curve) {
  std::string text =
      fmt::format("{} objects in {} pictures\n\n{:>10} {:>8} {:>9} {:>12} {:>12}\n", grouped(curve.objects),
                  grouped(curve.pictures), "neighbours", "found", "hit rate", "false boxes", "per picture");
  for (const CurvePoint& p : curve.points) {
    text += fmt::format("{:>10} {:>8} {:>9.4f} {:>12} {:>12.4f}\n", p.min_neighbours, p.found, curve.hit_rate(p),
                        p.false_boxes, curve.false_boxes_per_picture(p));
  }
  return text;
}

std::string curve_json(const CascadeCurve& curve) {
  nlohmann::ordered_json points = nlohmann::ordered_json::array();
  for (const CurvePoint& p : curve.points) {
    points.push_back({{"min_neighbours", p.min_neighbours},
                      {"found", p.found},
                      {"hit_rate", curve.hit_rate(p)},
                      {"false_boxes", p.false_boxes},
                      {"false_boxes_per_picture", curve.false_boxes_per_picture(p)}});
  }
  return one_line({{"pictures", curve.pictures}, {"objects", curve.objects}, {"points", points}});
}

std::string curve_svg(const CascadeCurve& curve, const std::string& title) {
  constexpr double kLeft = 60, kTop = 40, kWidth = 420, kHeight = 300;
  double most = 0.01;
  for (const CurvePoint& p : curve.points) most = std::max(most, curve.false_boxes_per_picture(p));
  const auto x = [&](double value) { return kLeft + value / most * kWidth; };
  const auto y = [&](double value) { return kTop + (1 - value) * kHeight; };
  std::string escaped;
  for (const char c : title) {
    if (c == '<' || c == '>' || c == '&') {
      escaped += fmt::format("&#{};", static_cast<int>(c));
    } else {
      escaped += c;
    }
  }
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 520 400\" font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"520\" height=\"400\" fill=\"white\"/>\n<text x=\"{0}\" y=\"22\" font-size=\"14\">{1}</text>\n",
      kLeft, escaped);
  for (int i = 0; i <= 5; ++i) {
    const double share = i / 5.0;
    svg += fmt::format(
        "<path d=\"M{0} {1:.1f}h{2}\" stroke=\"#ddd\"/><text x=\"{3}\" y=\"{4:.1f}\" "
        "text-anchor=\"end\">{5:.1f}</text>\n"
        "<text x=\"{6:.1f}\" y=\"{7}\" text-anchor=\"middle\">{8:.3g}</text>\n",
        kLeft, y(share), kWidth, kLeft - 6, y(share) + 4, share, x(share * most), kTop + kHeight + 18, share * most);
  }
  svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">false boxes per picture</text>\n",
                     kLeft + kWidth / 2, kTop + kHeight + 40);
  svg += fmt::format("<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">hit rate</text>\n",
                     kTop + kHeight / 2);
  std::string line;
  for (const CurvePoint& p : curve.points) {
    const double px = x(curve.false_boxes_per_picture(p)), py = y(curve.hit_rate(p));
    line += fmt::format("{:.1f},{:.1f} ", px, py);
    svg += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"#1f6fb2\"><title>more than {} neighbours</title>"
        "</circle>\n",
        px, py, p.min_neighbours);
  }
  return svg + fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"#1f6fb2\"/>\n</svg>\n", line);
}

}  // namespace fer::cli
