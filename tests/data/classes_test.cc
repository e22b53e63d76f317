// Classes by name: --classes, and which classes of data become which of a network.
#include "fer/classes.h"

#include <gtest/gtest.h>

#include "tests/support/message.h"

namespace fer {
namespace {

using Names = std::vector<std::string>;

TEST(ParseClasses, TakesNamesMergersAndNewNames) {
  const auto rules = parse_classes("angry, fear + surprise ,rest=sad+neutral");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "angry");
  EXPECT_EQ(rules[0].sources, Names{"angry"});
  EXPECT_EQ(rules[1].name, "fear + surprise");
  EXPECT_EQ(rules[1].sources, (Names{"fear", "surprise"}));
  EXPECT_EQ(rules[2].name, "rest");
  EXPECT_EQ(rules[2].sources, (Names{"sad", "neutral"}));
}

TEST(ParseClasses, ABackslashMakesASignPartOfAName) {
  const auto rules = parse_classes(R"(a\,b,both=c\+d+e\=f,back\\slash)");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].name, "a,b");
  EXPECT_EQ(rules[0].sources, Names{"a,b"});
  EXPECT_EQ(rules[1].name, "both");
  EXPECT_EQ(rules[1].sources, (Names{"c+d", "e=f"}));
  EXPECT_EQ(rules[2].name, "back\\slash");
}

TEST(ParseClasses, EscapedNamesComeBack) {
  for (const std::string name : {"happy", "a,b", "a+b=c", "\\", "a\\,", "+"}) {
    const auto rules = parse_classes(escaped_class_name(name));
    ASSERT_EQ(rules.size(), 1u) << name;
    EXPECT_EQ(rules[0].name, name);
    EXPECT_EQ(rules[0].sources, Names{name});
  }
  EXPECT_EQ(escaped_class_name("happy"), "happy");
}

TEST(ParseClasses, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message_of([] { parse_classes("a,,b"); }), "classes: expected a name, found \"\"");
  EXPECT_EQ(message_of([] { parse_classes("a+"); }), "classes: expected a name, found nothing in \"a+\"");
  EXPECT_EQ(message_of([] { parse_classes("a,b+a"); }), "classes: expected each class once, found \"a\" again");
  EXPECT_EQ(message_of([] { parse_classes("a,a=b"); }), "classes: expected each name once, found \"a\" again");
}

Dataset labelled(const Names& names) {
  Dataset data;
  data.height = data.width = 1;
  data.class_names = names;
  for (size_t c = 0; c < names.size(); ++c) {
    data.pixels.push_back(0);
    data.labels.push_back(static_cast<uint8_t>(c));
    data.usage.push_back(Usage::kNone);
  }
  return data;
}

TEST(ApplyClasses, MergesAndDrops) {
  Dataset data = labelled({"angry", "fear", "sad", "happy"});
  EXPECT_EQ(apply_classes(data, parse_classes("sad+fear,angry"), true), 1);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{1, 0, 0, kNoLabel}));
  EXPECT_EQ(data.class_names, (Names{"sad+fear", "angry"}));
  EXPECT_EQ(message_of([&] { apply_classes(data, parse_classes("happy"), true); }),
            "classes: expected classes of the data (sad+fear, angry), found \"happy\"");
}

TEST(ApplyClasses, DataThatAreMergedAlreadyHaveOneClassOfThatName) {
  // As `fer-data --classes fear+surprise,happy --to-folder` writes them.
  Dataset data = labelled({"fear+surprise", "happy"});
  EXPECT_EQ(apply_classes(data, rules_of_names({"happy", "fear+surprise"}), true), 0);
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{1, 0}));
  // A new name takes nothing but its sources.
  Dataset other = labelled({"rest", "sad", "neutral"});
  EXPECT_EQ(apply_classes(other, parse_classes("rest=sad+neutral"), true), 1);
  EXPECT_EQ(other.labels, (std::vector<uint8_t>{kNoLabel, 0, 0}));
}

}  // namespace
}  // namespace fer
