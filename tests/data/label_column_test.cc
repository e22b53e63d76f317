// Labels as numbers, whose meaning may be said, and as names.
#include "data/label_column.h"

#include <gtest/gtest.h>

#include "fer/csv.h"
#include "tests/data/csv_text.h"
#include "tests/support/message.h"

namespace fer::test {
namespace {

std::string table(const std::vector<std::string>& labels) {
  std::string text = "emotion,pixels\n";
  for (size_t i = 0; i < labels.size(); ++i) text += labels[i] + "," + pixel_text(static_cast<int>(i)) + "\n";
  return text;
}

std::string table_message(const std::string& text, const CsvOptions& options) {
  return fer::message_of([&] { parse_table(text, "f.csv", options); });
}

using Names = std::vector<std::string>;

TEST(Labels, SevenIsContemptWhereTheFileHasIt) {
  const Dataset data = parse_fer_csv(table({"7", "0", "6"}), "f.csv");
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{7, 0, 6}));
  EXPECT_EQ(data.class_names, known_class_names());
  const Names notes = notes_on_labels(data, {});
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(
      notes[0],
      "no picture has label 1 (disgust), 2 (fear), 3 (happy), 4 (sad), 5 (surprise): if the labels were renumbered, "
      "--label-names says what 0, 1, 2, ... mean");
  EXPECT_EQ(notes[1],
            "has label 7, contempt, as CK+ and FER+ have it: 8 classes (angry, disgust, fear, happy, sad, surprise, "
            "neutral, contempt)");
}

TEST(Labels, ThatLackANumberAreNoted) {
  EXPECT_TRUE(notes_on_labels(parse_fer_csv(table({"0", "1", "2", "3", "4", "5", "6"}), "f.csv"), {}).empty());
  // Renumbered without disgust: the trap.
  const Names notes = notes_on_labels(parse_fer_csv(table({"0", "1", "2", "3", "4", "5"}), "f.csv"), {});
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_TRUE(notes[0].starts_with("no picture has label 6 (neutral): ")) << notes[0];
}

TEST(Labels, MeanWhatTheirNamesSay) {
  const CsvOptions options{.label_names = parse_label_names("angry, fear,happy,sad,surprise,neutral")};
  const Dataset data = parse_table(table({"0", "1", "2", "3", "4", "5"}), "f.csv", options);
  EXPECT_EQ(data.class_names, (Names{"angry", "fear", "happy", "sad", "surprise", "neutral"}));
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(notes_on_labels(data, options).empty());
  EXPECT_EQ(table_message(table({"6"}), options).find("emotion, expected a whole number of 0 to 5, found \"6\""), 11u);
  // From 1 on, as RAF-DB counts.
  const CsvOptions raf{.label_names = parse_label_names("1=Surprise,2=Fear,4=Happiness")};
  const Dataset other = parse_table(table({"4", "1"}), "f.csv", raf);
  EXPECT_EQ(other.class_names, (Names{"surprise", "fear", "happy"}));
  EXPECT_EQ(other.labels, (std::vector<uint8_t>{2, 0}));
  EXPECT_EQ(notes_on_labels(other, raf), Names{"no picture is of class fear"});
  EXPECT_EQ(table_message(table({"0"}), raf).find("emotion, expected one of 1, 2, 4, found \"0\""), 11u);
  EXPECT_EQ(table_message(table({"happy"}), raf).find("emotion, expected one of 1, 2, 4, found \"happy\""), 11u);
}

TEST(Labels, MayBeNames) {
  const Dataset data = parse_fer_csv(table({"sad", "Happiness", " angry ", "\"sad\""}), "f.csv");
  EXPECT_EQ(data.class_names, (Names{"angry", "happy", "sad"}));
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{2, 1, 0, 2}));
  const Dataset others = parse_fer_csv(table({"zebra", "happy", "ape"}), "f.csv");
  EXPECT_EQ(others.class_names, (Names{"ape", "happy", "zebra"}));
  EXPECT_EQ(message_of(table({"sad", "3", "sad"})),
            "f.csv:3:1: emotion, expected the name of a class as in the first row, found \"3\"");
  EXPECT_EQ(message_of(table({"3", "sad", "3"})),
            "f.csv:3:1: emotion, expected a whole number of 0 to 7, found \"sad\"");
  EXPECT_EQ(message_of(table({"sad", "s\xff", "sad"})),
            "f.csv:3:1: emotion, expected the name of a class as in the first row, found \"s\\xff\"");
}

// Rows are read in chunks side by side, each with a list of names of its own.
TEST(Labels, AreNamedTheSameInEveryChunk) {
  std::string text = "emotion,pixels\n";
  const Names names = {"w", "x", "y", "z"};
  for (int row = 0; row < 120; ++row) {
    text += names[static_cast<size_t>(row / 40 + row % 2)] + "," + pixel_text(row) + "\n";
  }
  ASSERT_GT(text.size(), size_t{2} << 18);
  const Dataset data = parse_fer_csv(text, "f.csv");
  ASSERT_EQ(data.size(), 120);
  EXPECT_EQ(data.class_names, names);
  for (int row = 0; row < 120; ++row) ASSERT_EQ(data.labels[static_cast<size_t>(row)], row / 40 + row % 2);
}

TEST(LabelNames, AreRefusedWhereTheySayTooLittle) {
  const auto refused = [](const char* text) { return fer::message_of([&] { parse_label_names(text); }); };
  EXPECT_EQ(refused("a,,b"), "label names: expected a name, found nothing in \"a,,b\"");
  EXPECT_EQ(refused("happy,happiness"), "label names: expected each name once, found \"happy\" again");
  EXPECT_EQ(refused("1=a,1=b"), "label names: expected each number once, found 1 again");
  EXPECT_EQ(refused("x=a"), "label names: expected a number of 0 to 253 before =, found \"x=a\"");
  EXPECT_EQ(refused("254=a"), "label names: expected a number of 0 to 253 before =, found \"254=a\"");
}

TEST(LabelNames, NameFoldersThatAreCalledByNumbers) {
  Dataset data;
  data.class_names = {"1", "3", "class002"};
  data.labels = {0, 1, 2, kNoLabel, 1};
  const Names names = parse_label_names("1=surprise,2=fear,3=disgust");
  name_numbered_classes(data, names);
  EXPECT_EQ(data.class_names, (Names{"surprise", "fear", "disgust"}));
  EXPECT_EQ(data.labels, (std::vector<uint8_t>{0, 2, 1, kNoLabel, 2}));
  data.class_names = {"happy"};
  EXPECT_EQ(fer::message_of([&] { name_numbered_classes(data, names); }),
            "label names: expected one for each class, found none for \"happy\"");
}

}  // namespace
}  // namespace fer::test
