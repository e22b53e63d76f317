// How good a cascade is: what it finds, and what it finds wrongly, for each threshold of neighbours.
#pragma once

#include <string>
#include <vector>

#include "fer/cascade.h"

namespace fer::cli {

struct CurvePoint {
  int min_neighbours = 0;
  int64_t found = 0, false_boxes = 0;
};

struct CascadeCurve {
  int64_t pictures = 0, objects = 0;
  std::vector<CurvePoint> points;

  double hit_rate(const CurvePoint& p) const;
  double false_boxes_per_picture(const CurvePoint& p) const;
};

// Of the objects, how many have a hit of their own that covers them: the area of both together is `overlap` of the area
// of either, or more. The strongest hit chooses first. All other hits are false.
CurvePoint count_hits(const std::vector<Box>& objects, std::vector<CascadeHit> hits, double overlap);

std::string curve_text(const CascadeCurve& curve);
std::string curve_json(const CascadeCurve& curve);
std::string curve_svg(const CascadeCurve& curve, const std::string& title);

}  // namespace fer::cli
