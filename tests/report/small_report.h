// A small evaluation and a small run, and what every page keeps.
#pragma once

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "fer/report.h"

namespace fer {

// Three classes, 20 pictures, 15 of them right.
inline Evaluation small_evaluation() {
  Evaluation e;
  e.count = 20;
  e.loss = 0.75;
  e.accuracy = 0.75;
  e.macro_f1 = 0.7;
  e.confusion = {{8, 2, 0}, {1, 4, 0}, {0, 2, 3}};
  e.classes = {{"angry", 10, 0.8889, 0.8, 0.8421}, {"<happy>", 5, 0.5, 0.8, 0.6154}, {"sad", 5, 1, 0.6, 0.75}};
  e.worst = {{7, 0, 1, 0.99}, {3, 2, 1, 0.9}};
  return e;
}

inline std::vector<ReportPicture> two_pictures() {
  return {{2, 2, 1, {0, 50, 100, 200}, "row 7"}, {2, 2, 1, {1, 2, 3, 4}, "row 3"}};
}

inline TrainingReport small_report() {
  TrainingReport r;
  r.title = "net on data.csv";
  r.settings = {{"batch size", "64"}, {"command", "fer-train --out '<script>'"}};
  r.epochs = {{1, 2, 0.2, 1.9, 0.3, 1e-3, 10, 100}, {2, 1, 0.5, 1.2, 0.55, 1e-3, 10, 110}};
  r.best_epoch = 2;
  r.class_names = {"angry", "<happy>", "sad"};
  r.class_counts = {{"Training", {1000, 20, 3}}, {"PublicTest", {10, 5, 5}}};
  r.evaluation = small_evaluation();
  r.evaluation_name = "PublicTest";
  r.worst = two_pictures();
  return r;
}

// Elements that have an end tag are all closed, in order.
inline void expect_balanced(const std::string& html) {
  static const std::regex tag("<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>");
  std::vector<std::string> open;
  for (std::sregex_iterator it(html.begin(), html.end(), tag), end; it != end; ++it) {
    const std::string name = (*it)[2], rest = (*it)[3];
    if (name == "meta" || name == "img" || name == "br" || (!rest.empty() && rest.back() == '/')) continue;
    if ((*it)[1].length() == 0) {
      open.push_back(name);
    } else {
      ASSERT_FALSE(open.empty()) << name;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    }
  }
  EXPECT_TRUE(open.empty());
}

inline void expect_self_contained(const std::string& html) {
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<link"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);
  EXPECT_EQ(html.find("url("), std::string::npos);
}

}  // namespace fer
