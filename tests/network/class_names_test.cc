#include "fer/class_names.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fer {
namespace {

TEST(ClassNames, AreThoseOfFer2013InLabelOrderThenContempt) {
  EXPECT_EQ(fer2013_class_names(),
            (std::vector<std::string>{"angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"}));
  ASSERT_EQ(known_class_names().size(), 8u);
  EXPECT_EQ(known_class_names().back(), "contempt");
}

TEST(ClassNames, NounsParticiplesAndCapitalsAreOneClass) {
  for (const char* name : {"Happy", "happiness", " JOY ", "happy"})
    EXPECT_EQ(canonical_class_name(name), "happy") << name;
  for (const char* name : {"afraid", "Fearful", "scared", "FEAR"})
    EXPECT_EQ(canonical_class_name(name), "fear") << name;
  for (const char* name : {"Anger", "angry"}) EXPECT_EQ(canonical_class_name(name), "angry") << name;
  EXPECT_EQ(canonical_class_name("contemptuous"), "contempt");
}

TEST(ClassNames, AnotherNameStaysButForBlanksAround) {
  EXPECT_EQ(canonical_class_name(" Bored "), "Bored");
  EXPECT_EQ(canonical_class_name("unhappy"), "unhappy");
  EXPECT_EQ(canonical_class_name(""), "");
}

TEST(ClassNames, EveryKnownClassHasAnEmojiOfItsOwn) {
  std::vector<std::string> seen;
  for (const std::string& name : known_class_names()) {
    const std::string emoji = default_emoji(name);
    EXPECT_EQ(emoji.size(), 4u) << name;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), emoji), 0) << name;
    seen.push_back(emoji);
  }
  EXPECT_EQ(default_emoji("Happiness"), default_emoji("happy"));
  EXPECT_EQ(default_emoji("bored"), "");
}

}  // namespace
}  // namespace fer
