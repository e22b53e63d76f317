// Cascades as files: both of OpenCV's forms, and what is refused.
#include <gtest/gtest.h>

#include "tests/cascade/random_cascade.h"
#include "tests/support/message.h"

namespace fer {
namespace {

constexpr const char* kNew = R"(<?xml version="1.0"?>
<opencv_storage>
<!-- one stump, one tree -->
<cascade type_id="opencv-cascade-classifier"><stageType>BOOST</stageType>
  <featureType>HAAR</featureType>
  <height>16</height>
  <width>20</width>
  <stageParams>
    <boostType>RAB</boostType>
    <minHitRate>9.9500000476837158e-01</minHitRate>
    <maxFalseAlarm>0.5</maxFalseAlarm>
    <maxDepth>2</maxDepth></stageParams>
  <featureParams><maxCatCount>0</maxCatCount><mode>ALL</mode></featureParams>
  <stageNum>1</stageNum>
  <stages>
    <_>
      <maxWeakCount>2</maxWeakCount>
      <stageThreshold>-1.25</stageThreshold>
      <weakClassifiers>
        <_>
          <internalNodes>
            0 -1 0 -3.15e-02</internalNodes>
          <leafValues>
            2. -2.5000000000000000e+00</leafValues></_>
        <_>
          <internalNodes>
            1 0 1 4.5e-002 -1 -2 0 3.</internalNodes>
          <leafValues>
            0.5 -1. 1.</leafValues></_></weakClassifiers></_></stages>
  <features>
    <_>
      <rects>
        <_>
          6 4 12 9 -1.</_>
        <_>
          6 7 12 3 3.</_></rects>
      <tilted>0</tilted></_>
    <_>
      <rects>
        <_>
          8 0 4 2 -1.</_>
        <_>
          8 0 2 2 2.</_></rects>
      <tilted>1</tilted></_></features></cascade>
</opencv_storage>
)";

constexpr const char* kOld = R"(<?xml version="1.0"?>
<opencv_storage>
<old_one type_id="opencv-haar-classifier">
  <size>20 16</size>
  <stages>
    <_>
      <trees>
        <_><_>
            <feature><rects><_>6 4 12 9 -1.</_><_>6 7 12 3 3.</_></rects><tilted>0</tilted></feature>
            <threshold>-3.15e-02</threshold><left_val>2.</left_val><right_val>-2.5</right_val></_></_>
        <_><_>
            <feature><rects><_>8 0 4 2 -1.</_><_>8 0 2 2 2.</_></rects><tilted>1</tilted></feature>
            <threshold>4.5e-002</threshold><left_node>1</left_node><right_val>0.5</right_val></_>
          <_>
            <feature><rects><_>6 4 12 9 -1.</_><_>6 7 12 3 3.</_></rects><tilted>0</tilted></feature>
            <threshold>3.</threshold><left_val>-1.</left_val><right_val>1.</right_val></_></_></trees>
      <stage_threshold>-1.25</stage_threshold>
      <parent>-1</parent>
      <next>-1</next></_></stages></old_one>
</opencv_storage>
)";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string refusal_of_cascade(const std::string& text) {
  return message_of([&] { parse_cascade(text, "c.xml"); });
}

TEST(ReadCascade, OfTheNewerFormHasWhatItsFileSays) {
  const Cascade c = parse_cascade(kNew);
  EXPECT_EQ(c.width, 20);
  EXPECT_EQ(c.height, 16);
  EXPECT_EQ(c.parameters.boost, BoostType::kReal);
  EXPECT_EQ(c.parameters.mode, HaarMode::kAll);
  EXPECT_EQ(c.parameters.max_depth, 2);
  EXPECT_DOUBLE_EQ(c.parameters.min_hit_rate, 0.99500000476837158);
  ASSERT_EQ(c.stages.size(), 1u);
  EXPECT_EQ(c.stages[0].threshold, -1.25F);
  ASSERT_EQ(c.stages[0].trees.size(), 2u);
  EXPECT_EQ(c.stages[0].trees[0], (HaarTree{{{0, -1, 0, -3.15e-02F}}, {2, -2.5F}}));
  EXPECT_EQ(c.stages[0].trees[1], (HaarTree{{{1, 0, 1, 0.045F}, {-1, -2, 0, 3}}, {0.5F, -1, 1}}));
  EXPECT_EQ(c.features[1], (HaarFeature{{{8, 0, 4, 2, -1}, {8, 0, 2, 2, 2}}, true}));
}

TEST(ReadCascade, OfTheOlderFormIsTheSameCascade) {
  const Cascade a = parse_cascade(kNew), b = parse_cascade(kOld);
  EXPECT_EQ(b.stages[0].trees[0].leaves, a.stages[0].trees[0].leaves);
  // (Leaves are in the order in which nodes have them: another one here.)
  EXPECT_EQ(b.stages[0].trees[1], (HaarTree{{{1, 0, 1, 0.045F}, {-1, -2, 2, 3}}, {0.5F, -1, 1}}));
  EXPECT_EQ(b.stages[0].threshold, a.stages[0].threshold);
  ASSERT_EQ(b.features.size(), 3u);  // one for each node
  EXPECT_EQ(b.features[1], a.features[1]);
  EXPECT_EQ(b.features[2], a.features[0]);
}

TEST(ReadCascade, ComesBackFromItsOwnText) {
  for (const bool tilted : {false, true}) {
    Cascade cascade = random_cascade(24, 24, 3, 3, tilted, 7);
    cascade.parameters = {BoostType::kLogit, HaarMode::kCore, 0.99, 0.4, 0.9, 3, 50};
    EXPECT_EQ(parse_cascade(cascade_xml(cascade)), cascade);
  }
}

TEST(ReadCascade, NamesFileAndLineOfWhatItRefuses) {
  EXPECT_EQ(refusal_of_cascade(changed(kNew, "HAAR", "LBP")),
            "c.xml:5: expected features of type HAAR, found LBP: libfer has no others");
  expect_contains(refusal_of_cascade(changed(kNew, "6 4 12 9 -1.", "6 4 12 -1.")),
                  "expected a rectangle of 5 numbers (x y width height weight), found 4");
  expect_contains(refusal_of_cascade(changed(kNew, "0.5 -1. 1.", "0.5 x 1.")), "expected numbers, found 'x'");
  expect_contains(refusal_of_cascade(changed(kNew, "0.5 -1. 1.", "0.5 1e99 1.")), "found '1e99'");
  expect_contains(refusal_of_cascade(changed(kNew, "<width>20", "<width>20.5")), "expected a whole number, found 20.5");
  expect_contains(refusal_of_cascade(changed(kNew, "<features>", "<feat>")), "expected XML: mismatched tag");
  expect_contains(refusal_of_cascade(changed(kOld, "<next>-1", "<next>1")), "found a tree of stages");
  expect_contains(refusal_of_cascade(changed(kOld, "<left_node>1", "<left_node>0")),
                  "expected a node after the first, found 0");
}

TEST(ReadCascade, RefusesWhatWouldLeadOutsideOrNowhere) {
  expect_contains(refusal_of_cascade(changed(kNew, "6 4 12 9 -1.", "6 4 15 9 -1.")),
                  "is not within the window of 20x16");
  expect_contains(refusal_of_cascade(changed(kNew, "8 0 4 2 -1.", "1 0 4 2 -1.")),
                  "the tilted rectangle 1 0 4 2 is not within");
  expect_contains(refusal_of_cascade(changed(kNew, "0 -1 0 -3", "0 -1 2 -3")), "asks feature 2: expected one of 2");
  expect_contains(refusal_of_cascade(changed(kNew, "0 -1 0 -3", "0 -2 0 -3")), "leads to leaf 2: expected one of 2");
  expect_contains(refusal_of_cascade(changed(kNew, "1 0 1 4.5", "2 0 1 4.5")),
                  "node 0 leads to node 2: expected a later one of 2");
  expect_contains(refusal_of_cascade(changed(kNew, "-1 -2 0 3.", "1 -2 0 3.")), "node 1 leads to node 1");
  expect_contains(refusal_of_cascade(changed(kNew, "<width>20", "<width>2000")),
                  "expected a window of 3 to 1000 pixels a side");
}

TEST(ReadCascade, RefusesWhatIsNoCascade) {
  expect_contains(refusal_of_cascade(""), "expected a cascade as XML, found an empty file");
  expect_contains(refusal_of_cascade("%YAML:1.0\n"), "expected a cascade as XML, found");
  expect_contains(refusal_of_cascade("<opencv_storage></opencv_storage>"), "expected <opencv_storage> with a cascade");
  expect_contains(refusal_of_cascade("<opencv_storage><a type_id=\"opencv-matrix\"/></opencv_storage>"),
                  "expected a cascade");
  const std::string laughs = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]>";
  expect_contains(refusal_of_cascade(laughs + "<a>&c;</a>"), "c.xml:1: expected no document type");
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "<a>";
  expect_contains(refusal_of_cascade(deep), "expected elements within at most 32 others");
}

}  // namespace
}  // namespace fer
