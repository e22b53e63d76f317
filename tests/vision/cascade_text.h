// Small cascades in the forms that go around.
#pragma once

#include <string>

namespace fer {

// Found in the text, which must be there.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  return at == std::string::npos ? "no \"" + from + "\" in the text" : text.replace(at, from.size(), to);
}

// As opencv_traincascade writes it: one stage of a stump and a tree of two nodes, an upright and a tilted feature.
inline std::string new_cascade() {
  return R"(<?xml version="1.0"?>
<opencv_storage>
<cascade type_id="opencv-cascade-classifier">
  <stageType>BOOST</stageType>
  <featureType>HAAR</featureType>
  <height>20</height>
  <width>20</width>
  <stageParams><maxWeakCount>2</maxWeakCount></stageParams>
  <featureParams><maxCatCount>0</maxCatCount></featureParams>
  <stageNum>1</stageNum>
  <stages>
    <_>
      <maxWeakCount>2</maxWeakCount>
      <stageThreshold>-0.5</stageThreshold>
      <weakClassifiers>
        <_>
          <internalNodes>0 -1 0 1.0e-02</internalNodes>
          <leafValues>-1. 1.</leafValues></_>
        <_>
          <internalNodes>1 0 1 -2.0e-02 -1 -2 0 5.0e-02</internalNodes>
          <leafValues>-0.25 0.5 0.75</leafValues></_></weakClassifiers></_></stages>
  <features>
    <_>
      <rects><_>2 4 16 8 -1.</_><_>2 8 16 4 2.</_></rects>
      <tilted>0</tilted></_>
    <_>
      <rects><_>10 2 6 6 -1.</_><_>10 2 3 6 2.</_></rects>
      <tilted>1</tilted></_></features></cascade>
</opencv_storage>
)";
}

// The same boosted trees as haartraining wrote them.
inline std::string old_cascade() {
  return R"(<?xml version="1.0"?>
<opencv_storage>
<my_faces type_id="opencv-haar-classifier">
  <size>20 20</size>
  <stages>
    <_>
      <!-- stage 0 -->
      <trees>
        <_>
          <_>
            <feature>
              <rects><_>2 4 16 8 -1.</_><_>2 8 16 4 2.</_></rects>
              <tilted>0</tilted></feature>
            <threshold>1.0e-02</threshold>
            <left_val>-1.</left_val>
            <right_val>1.</right_val></_></_>
        <_>
          <_>
            <feature>
              <rects><_>10 2 6 6 -1.</_><_>10 2 3 6 2.</_></rects>
              <tilted>1</tilted></feature>
            <threshold>-2.0e-02</threshold>
            <left_node>1</left_node>
            <right_val>-0.25</right_val></_>
          <_>
            <feature>
              <rects><_>2 4 16 8 -1.</_><_>2 8 16 4 2.</_></rects>
              <tilted>0</tilted></feature>
            <threshold>5.0e-02</threshold>
            <left_val>0.5</left_val>
            <right_val>0.75</right_val></_></_></trees>
      <stage_threshold>-0.5</stage_threshold>
      <parent>-1</parent>
      <next>-1</next></_></stages></my_faces>
</opencv_storage>
)";
}

}  // namespace fer
