#include "fer/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/figures/network_boxes.h"
#include "report/figures/svg.h"

namespace fer {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

Evaluation two_classes() {
  Evaluation e;
  e.count = 10;
  e.classes = {{"happy", 4}, {"sad, \"very\"", 6}};
  e.confusion = {{3, 1}, {0, 6}};
  e.worst = {{7, 0, 1, 0.75}};
  return e;
}

// Every tag that is opened is closed, and text is escaped: what an XML reader asks for first.
void expect_well_formed(const std::string& svg) {
  ASSERT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
  std::vector<std::string> open;
  for (size_t at = 0; (at = svg.find('<', at)) != std::string::npos;) {
    const size_t end = svg.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = svg.substr(at + 1, end - at - 1);
    ASSERT_EQ(tag.find('<'), std::string::npos) << tag;
    const std::string name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" /", 1) - (tag[0] == '/' ? 1 : 0));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty()) << tag;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(name);
    }
    at = end;
  }
  EXPECT_TRUE(open.empty());
  for (size_t at = 0; (at = svg.find('&', at)) != std::string::npos; ++at) {
    EXPECT_NE(svg.find(';', at), std::string::npos);
    EXPECT_LT(svg.find(';', at) - at, 7u);
  }
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

TEST(Figures, AConfusionMatrixHasCountsOrShares) {
  const Figure counts = confusion_figure(two_classes(), "A & B", ConfusionCells::kCounts);
  EXPECT_EQ(counts.name, "confusion_counts");
  EXPECT_EQ(counts.csv, "label,happy,\"sad, \"\"very\"\"\"\nhappy,3,1\n\"sad, \"\"very\"\"\",0,6\n");
  expect_well_formed(counts.svg);
  EXPECT_NE(counts.svg.find("A &amp; B"), std::string::npos);
  const Figure shares = confusion_figure(two_classes(), "", ConfusionCells::kShares);
  EXPECT_EQ(shares.name, "confusion_by_row");
  EXPECT_EQ(shares.csv, "label,happy,\"sad, \"\"very\"\"\"\nhappy,0.75,0.25\n\"sad, \"\"very\"\"\",0,1\n");
  for (const char* text : {">75.0 %<", ">25.0 %<", ">100.0 %<"}) EXPECT_NE(shares.svg.find(text), std::string::npos);
}

TEST(Figures, AClassWithoutPicturesHasNoShares) {
  Evaluation e = two_classes();
  e.confusion[0] = {0, 0};
  EXPECT_NE(confusion_figure(e, "", ConfusionCells::kShares).csv.find("happy,0,0\n"), std::string::npos);
}

TEST(Figures, ManyClassesAreColoursAlone) {
  Evaluation e;
  for (int i = 0; i < 60; ++i) {
    e.classes.push_back({"class " + std::to_string(i), 1});
    e.confusion.emplace_back(60, i);
  }
  const std::string svg = confusion_figure(e, "", ConfusionCells::kCounts).svg;
  expect_well_formed(svg);
  EXPECT_EQ(svg.find(">59<"), std::string::npos);
}

TEST(Figures, PredictedAndTrueCountsStandSideBySide) {
  const Figure figure = predicted_figure(two_classes(), "t");
  EXPECT_EQ(figure.csv,
            "kind,class,pictures,share\nlabelled so,happy,4,0.4\nlabelled so,\"sad, \"\"very\"\"\",6,0.6\n"
            "predicted so,happy,3,0.3\npredicted so,\"sad, \"\"very\"\"\",7,0.7\n");
  expect_well_formed(figure.svg);
  EXPECT_NE(figure.svg.find(">7 (70.0 %)<"), std::string::npos);
}

TEST(Figures, ClassCountsHaveTheSharesOfEachPart) {
  const Figure figure = class_counts_figure({"a", "b"}, {{"Training", {1500, 500}}, {"PublicTest", {0, 0}}}, "t");
  EXPECT_EQ(
      figure.csv,
      "part,class,pictures,share\nTraining,a,1500,0.75\nTraining,b,500,0.25\nPublicTest,a,0,0\nPublicTest,b,0,0\n");
  EXPECT_NE(figure.svg.find(">1,500 (75.0 %)<"), std::string::npos);
  expect_well_formed(figure.svg);
}

TEST(Figures, ProbabilitiesMayStandBesideTheirPicture) {
  const std::vector<float> p = {0.125f, 0.875f};
  const ReportPicture picture = {2, 1, 1, {0, 255}, "row 3"};
  const Figure figure = probabilities_figure({"a", "b"}, p, "t", &picture, 0);
  EXPECT_EQ(figure.csv, "class,probability\na,0.125\nb,0.875\n");
  expect_well_formed(figure.svg);
  EXPECT_NE(figure.svg.find("data:image/png;base64,"), std::string::npos);
  EXPECT_NE(figure.svg.find(">12.5 %  label<"), std::string::npos);
  EXPECT_EQ(probabilities_figure({"a", "b"}, p, "t").svg.find("<image"), std::string::npos);
}

std::vector<EpochFigures> three_epochs() {
  std::vector<EpochFigures> epochs(3);
  for (size_t i = 0; i < 3; ++i) {
    epochs[i].epoch = static_cast<int64_t>(i) + 1;
    epochs[i].loss = 2.0 - 0.5 * static_cast<double>(i);
    epochs[i].accuracy = 0.25 * static_cast<double>(i);
    epochs[i].val_loss = i == 1 ? kMissing : 1.5;
    epochs[i].val_accuracy = 0.5;
  }
  return epochs;
}

TEST(Figures, AHistoryIsDrawnByEpochAndByStep) {
  const std::vector<Figure> figures = history_figures(three_epochs(), 10, "run");
  ASSERT_EQ(figures.size(), 4u);
  EXPECT_EQ(figures[0].name, "loss_by_epoch");
  EXPECT_EQ(figures[0].csv, "epoch,training,validation\n1,2,1.5\n2,1.5,\n3,1,1.5\n");
  EXPECT_EQ(figures[3].name, "accuracy_by_step");
  EXPECT_EQ(figures[3].csv, "step,training,validation\n10,0,0.5\n20,0.25,0.5\n30,0.5,0.5\n");
  for (const Figure& figure : figures) expect_well_formed(figure.svg);
  EXPECT_EQ(history_figures(three_epochs(), 0, "run").size(), 2u);
  EXPECT_TRUE(history_figures({}, 10, "run").empty());
}

TEST(Figures, ARunWithoutValidationHasOneCurve) {
  std::vector<EpochFigures> epochs = three_epochs();
  for (EpochFigures& epoch : epochs) epoch.val_loss = epoch.val_accuracy = kMissing;
  const std::vector<Figure> figures = history_figures(epochs, 0, "run");
  EXPECT_EQ(figures[0].csv, "epoch,training\n1,2\n2,1.5\n3,1\n");
  EXPECT_EQ(count_of(figures[0].svg, "<path"), 1u);
}

TEST(Figures, OneEpochIsADot) {
  const std::vector<Figure> figures = history_figures({three_epochs()[0]}, 7, "run");
  EXPECT_EQ(count_of(figures[0].svg, "<circle"), 2u);
  expect_well_formed(figures[0].svg);
}

TEST(Figures, ValuesThatAreNoNumbersAreLeftOut) {
  const Figure figure = curves_figure("x", "t", {"epoch", "loss"}, {1, 2}, {{"training", {kMissing, INFINITY}}});
  EXPECT_EQ(figure.csv, "epoch,training\n1,\n2,\n");
  EXPECT_EQ(figure.svg.find("nan"), std::string::npos);
  EXPECT_EQ(figure.svg.find("inf"), std::string::npos);
  expect_well_formed(figure.svg);
}

TEST(Figures, MistakesSayWhatWasSaidAndWhatIsTrue) {
  const Figure figure = mistakes_figure(two_classes(), {{1, 1, 1, {9}, "row 7"}}, "t");
  EXPECT_EQ(figure.csv, "row,label,predicted,probability\n7,happy,\"sad, \"\"very\"\"\",0.75\n");
  EXPECT_NE(figure.svg.find(">is happy<"), std::string::npos);
  EXPECT_EQ(count_of(figure.svg, "<image"), 1u);
  expect_well_formed(figure.svg);
  Evaluation right = two_classes();
  right.worst.clear();
  EXPECT_NE(mistakes_figure(right, {}, "t").svg.find("no mistakes"), std::string::npos);
}

TEST(Figures, AnEvaluationHasFive) {
  std::vector<std::string> names;
  for (const Figure& figure : evaluation_figures(two_classes(), {}, "t")) names.push_back(figure.name);
  EXPECT_EQ(names, (std::vector<std::string>{"confusion_counts", "confusion_by_row", "predicted_against_true",
                                             "class_counts", "mistakes"}));
}

TEST(Figures, LongTitlesAndNamesAreCut) {
  EXPECT_EQ(report::figure_cut("äöü", 3), "äöü");
  EXPECT_EQ(report::figure_cut("äöüß", 3), "äö…");
  const std::string svg = report::SvgFigure(100, 50, std::string(300, 'x')).result();
  EXPECT_LT(svg.find("…"), svg.size());
  expect_well_formed(svg);
}

TEST(Figures, ANetworksBoxesHoldWhatFollowsInPlace) {
  Network network({8, 8, 1}, {"a", "b"});
  network.add(Conv2D{.filters = 4, .strides = {2, 2}, .padding = Padding::same()}, "conv").add(BatchNorm{}, "norm");
  network.add(ActivationLayer{Activation::kRelu}, "relu");
  network.add(Conv2D{.filters = 4, .padding = Padding::same()}, "other", {"relu"});
  network.add(Add{}, "sum", {"relu", "other"}).add(Flatten{}, "flat").add(Dense{.units = 2}, "out");
  const report::NetworkPage page = report::network_page(network);
  ASSERT_EQ(page.boxes.size(), 5u);
  EXPECT_EQ(page.boxes[0].text, "conv 3x3 /2, 4 · norm · relu");
  EXPECT_EQ(page.boxes[0].row, 1);
  EXPECT_EQ(page.boxes[2].inputs, (std::vector<int>{0, 1}));
  EXPECT_EQ(page.boxes[2].row, 3);
  const Figure figure = network_figure(network);
  expect_well_formed(figure.svg);
  EXPECT_TRUE(
      figure.csv.starts_with("layer,type,inputs,output,parameters,multiply_adds\nconv,conv2d,input,4x4x4,40,576\nnorm,"
                             "batch_norm,conv,4x4x4,16,0\n"))
      << figure.csv;
}

// No two boxes of a network share a place.
TEST(Figures, EveryNetworkThatComesWithLibferIsDrawn) {
  for (const std::string& name : network_names()) {
    const Network network = load_network(name);
    expect_well_formed(network_figure(network).svg);
    const report::NetworkPage page = report::network_page(network);
    std::vector<std::pair<int, int>> places;
    for (const report::NetworkBox& box : page.boxes) {
      places.emplace_back(box.row, box.lane);
      for (const int input : box.inputs) {
        EXPECT_LT(input < 0 ? 0 : page.boxes[static_cast<size_t>(input)].row, box.row) << name;
      }
    }
    std::ranges::sort(places);
    EXPECT_TRUE(std::ranges::adjacent_find(places) == places.end()) << name;
  }
}

}  // namespace
}  // namespace fer
