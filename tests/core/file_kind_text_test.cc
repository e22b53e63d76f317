// What is said of a file that is not what was expected.
#include "core/file_kind_text.h"

#include <gtest/gtest.h>

#include "fer/file.h"

namespace fer::core {
namespace {

TEST(FileKindText, ARefusalSaysWhatToDo) {
  const auto says = [](Expected expected, FileKind found) {
    return "f: " + text_of_other(expected, found, words_more(found, "404: Not Found"));
  };
  EXPECT_EQ(
      says(Expected::kModel, FileKind::kLfsPointer),
      "f: expected a model (.safetensors), found a Git LFS pointer, which stands for a file that is kept elsewhere: "
      "`git lfs pull` brings it");
  EXPECT_EQ(says(Expected::kModel, FileKind::kOnnx),
            "f: expected a model (.safetensors), found an ONNX file: fer-convert makes a model of it");
  EXPECT_EQ(says(Expected::kModel, FileKind::kPng),
            "f: expected a model (.safetensors), found a PNG picture: models come before pictures on the command line");
  EXPECT_EQ(says(Expected::kPicture, FileKind::kGif),
            "f: expected a PNG, JPEG, PGM, PPM or WebP picture, found a GIF picture: save it as PNG");
  EXPECT_EQ(says(Expected::kPicture, FileKind::kText),
            "f: expected a PNG, JPEG, PGM, PPM or WebP picture, found text that begins \"404: Not Found\"");
  EXPECT_EQ(says(Expected::kTable, FileKind::kGzip), "f: expected a CSV file, found a gzip archive: unpack it first");
  EXPECT_EQ(says(Expected::kKeras, FileKind::kEmpty),
            "f: expected a Keras file (.h5 or .keras), found an empty file: copy or download it again");
  EXPECT_EQ(says(Expected::kNetwork, FileKind::kSafetensors),
            "f: expected a network's JSON file, found a safetensors file: fer-train starts from a model with --init");
}

// A reader that is not in this library says it without what would be right for another.
TEST(FileKindText, OfAnyFileSaysWhatItIsAndWhatToDo) {
  EXPECT_EQ(file_kind_text(""), "an empty file: copy or download it again");
  EXPECT_EQ(file_kind_text("version https://git-lfs.github.com/spec/v1\n"),
            "a Git LFS pointer, which stands for a file that is kept elsewhere: `git lfs pull` brings it");
  EXPECT_EQ(file_kind_text("BZh91AY"), "a bzip2 archive: unpack it first");
  EXPECT_EQ(file_kind_text("{\"a\": 1}"), "JSON");
  EXPECT_EQ(file_kind_text("404: Not Found\nmore"), "text that begins \"404: Not Found\"");
  EXPECT_EQ(file_kind_text("\1\2\3"), "bytes of an unknown kind");
}

TEST(FileKindText, TheBeginningOfATextIsFitToBePrinted) {
  EXPECT_EQ(first_words("  \n a line\nanother"), "a line");
  EXPECT_EQ(first_words("caf\xe9\t!"),
            "caf?"
            "?!");
  EXPECT_EQ(first_words(std::string(100, 'x')), std::string(40, 'x'));
  EXPECT_EQ(first_words(" \n"), "");
}

TEST(FileKindText, WhatIsExpectedMayBeThere) {
  EXPECT_TRUE(may_be(Expected::kModel, FileKind::kSafetensors));
  EXPECT_FALSE(may_be(Expected::kModel, FileKind::kOnnx));
  EXPECT_TRUE(may_be(Expected::kOnnx, FileKind::kBinary)) << "protocol buffers have no first bytes of their own";
}

}  // namespace
}  // namespace fer::core
