#include "report/line_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fer::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

size_t count_of(const std::string& text, const std::string& what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

LineChart chart_of(std::vector<double> y) {
  LineChart chart{.title = "Loss"};
  for (size_t i = 0; i < y.size(); ++i) chart.x.push_back(static_cast<double>(i + 1));
  chart.series.push_back({"training", "train", std::move(y)});
  return chart;
}

TEST(NiceTicks, AreRoundAndCoverTheRange) {
  EXPECT_EQ(nice_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(nice_ticks(0.3, 2.1, 5), (std::vector<double>{0, 0.5, 1, 1.5, 2, 2.5}));
}

TEST(NiceTicks, StayFewForRangesOfEverySizeAndPlace) {
  for (double size = 1e-12; size < 1e13; size *= 3.7) {
    for (const double low : {0.0, -size / 3, 5 * size}) {
      const std::vector<double> ticks = nice_ticks(low, low + size, 5);
      ASSERT_GE(ticks.size(), 3u) << low << " " << size;
      ASSERT_LE(ticks.size(), 8u) << low << " " << size;
      const double slack = 1e-6 * size;
      EXPECT_LE(ticks.front(), low + slack);
      EXPECT_GE(ticks.back(), low + size - slack);
    }
  }
}

TEST(NiceTicks, OpenUpARangeOfOneValue) {
  for (const double value : {0.0, 0.7, -3.0}) {
    const std::vector<double> ticks = nice_ticks(value, value, 5);
    EXPECT_LT(ticks.front(), value);
    EXPECT_GT(ticks.back(), value);
  }
}

TEST(LineChart, DrawsOneStrokeThroughAllPoints) {
  const std::string svg = line_chart_svg(chart_of({3, 2, 1}));
  EXPECT_EQ(count_of(svg, "<circle"), 3u);
  EXPECT_EQ(count_of(svg, "d=\"M54.0 20.0L260.0 126.0L466.0 232.0\""), 1u) << svg;
}

TEST(LineChart, BreaksTheLineWhereAValueIsMissing) {
  const std::string svg = line_chart_svg(chart_of({3, kNan, 2, 1}));
  EXPECT_EQ(count_of(svg, "<circle"), 3u);
  EXPECT_EQ(count_of(svg, "M"), 2u);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(LineChart, AConnectedLineGoesOnWhereAValueIsMissing) {
  LineChart chart = chart_of({kNan, 3, kNan, 2, 1});
  chart.series[0].connected = true;
  const std::string svg = line_chart_svg(chart);
  EXPECT_EQ(count_of(svg, "<circle"), 3u);
  EXPECT_EQ(count_of(svg, "M"), 1u);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(LineChart, SurvivesChartsWithoutAnyPoint) {
  for (const std::string& svg : {line_chart_svg(chart_of({})), line_chart_svg(chart_of({kNan, kNan}))}) {
    EXPECT_EQ(count_of(svg, "<circle"), 0u);
    EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
    EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
  }
}

TEST(LineChart, ShowsASingleEpochAsADot) {
  const std::string svg = line_chart_svg(chart_of({2}));
  EXPECT_EQ(count_of(svg, "<circle cx=\"260.0\""), 1u) << svg;
}

TEST(LineChart, MarksTheBestEpochOnlyInsideTheAxis) {
  LineChart chart = chart_of({3, 2, 1});
  chart.marked_label = "best: epoch 2";
  chart.marked_x = 2;
  EXPECT_EQ(count_of(line_chart_svg(chart), "best: epoch 2"), 1u);
  chart.marked_x = 4;
  EXPECT_EQ(count_of(line_chart_svg(chart), "best: epoch 2"), 0u);
}

TEST(LineChart, LogarithmicAxisPutsEqualFactorsAtEqualDistances) {
  LineChart chart = chart_of({1, 0.01, 0.0001});
  chart.logarithmic = true;
  EXPECT_NE(line_chart_svg(chart).find("M54.0 20.0L260.0 126.0L466.0 232.0"), std::string::npos)
      << line_chart_svg(chart);
}

TEST(LineChart, ScalesLeaveNoValueOutsideThePicture) {
  for (const double scale : {1e-9, 1.0, 1e9}) {
    const std::string svg = line_chart_svg(chart_of({2.3 * scale, 7.1 * scale, 0.4 * scale}));
    for (size_t at = svg.find("cy=\""); at != std::string::npos; at = svg.find("cy=\"", at + 1)) {
      const double y = std::stod(svg.substr(at + 4));
      EXPECT_GE(y, 20);
      EXPECT_LE(y, 232);
    }
  }
}

}  // namespace
}  // namespace fer::report
