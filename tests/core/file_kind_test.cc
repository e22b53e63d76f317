// What a file is, by its first bytes, and what a reader says of it that wanted another.
#include "core/file_kind.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer::core {
namespace {

using namespace std::string_literals;

// As `zip` begins an archive whose first member has this name.
std::string archive(const std::string& member) {
  std::string bytes = "PK\x03\x04"s + std::string(26, '\0');
  bytes[26] = static_cast<char>(member.size());
  return bytes + member + "stored";
}

std::string at(size_t place, const std::string& bytes) { return std::string(place, '\1') + bytes; }

struct Case {
  FileKind kind;
  std::string bytes;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {FileKind::kEmpty, ""},
      {FileKind::kZeros, std::string(5000, '\0')},
      {FileKind::kLfsPointer, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"},
      {FileKind::kAnnexPointer, "/annex/objects/SHA256E-s12--ab.h5\n"},
      {FileKind::kWebPage, "\n<!DOCTYPE html>\n<html lang=\"en\">"},
      {FileKind::kWebPage, "<HTML><body>Not found</body>"},
      {FileKind::kWebPage, "<?xml version=\"1.0\"?><!DOCTYPE html><html xmlns=\"x\">"},
      {FileKind::kPng, "\x89PNG\r\n\x1a\n"},
      {FileKind::kJpeg, "\xff\xd8\xff\xe0"},
      {FileKind::kWebp, "RIFF\x10\0\0\0WEBPVP8 "s},
      {FileKind::kNetpbm, "P5\n2 2\n255\nabcd"},
      {FileKind::kNetpbm, "P3 #c\n1 1 255 1 2 3"},
      {FileKind::kPbm, "P4 1 1\n\1"},
      {FileKind::kGif, "GIF89a"},
      {FileKind::kBmp, "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28"s},
      {FileKind::kTiff, "II*\0\x08"s},
      {FileKind::kTiff, "MM\0*\0"s},
      {FileKind::kHeif, "\0\0\0\x18"s + "ftypheic"},
      {FileKind::kHeif, "\0\0\0\x18"s + "ftypavif"},
      {FileKind::kIcon, "\0\0\1\0\1"s},
      {FileKind::kJpeg2000, "\0\0\0\x0cjP  \r\n\x87\n"s},
      {FileKind::kJpegXl, "\xff\x0a\x10"},
      {FileKind::kPhotoshop, "8BPS\0\1"s},
      {FileKind::kSvg, "<svg xmlns=\"http://www.w3.org/2000/svg\">"},
      {FileKind::kSvg, "<?xml version=\"1.0\"?>\n<svg width=\"1\">"},
      {FileKind::kFilm, "\0\0\0\x20"s + "ftypisom"},
      {FileKind::kFilm, "RIFF\x10\0\0\0AVI LIST"s},
      {FileKind::kSafetensors, "\x02\0\0\0\0\0\0\0{}"s},
      {FileKind::kOnnx, "\x08\x08\x12\x07pytorch\x1a\x05"},
      {FileKind::kOnnx, "\x08\x0a\x3a\xc0\x02\x0a"},
      {FileKind::kHdf5, "\x89HDF\r\n\x1a\n\0"s},
      {FileKind::kHdf5, at(512, "\x89HDF\r\n\x1a\n")},
      {FileKind::kKerasArchive, archive("metadata.json")},
      {FileKind::kPyTorchArchive, archive("archive/data.pkl")},
      {FileKind::kPyTorchArchive, archive("model_best/data.pkl")},
      {FileKind::kPickle, "\x80\x02}q"},
      {FileKind::kSavedModel, "\x08\x01\x12\xb5\x9a\x04\x0a\x10"},
      {FileKind::kTfLite, "\x1c\0\0\0TFL3"s},
      {FileKind::kCoreMl, "\x08\x04\x12\x70\x0a\x20"},
      {FileKind::kGguf, "GGUF\x03"},
      {FileKind::kNumpy, "\x93NUMPY\1\0"s},
      {FileKind::kNumpy, archive("x_train.npy")},
      {FileKind::kZip, archive("fer2013.csv")},
      {FileKind::kZip, "PK\x05\x06" + std::string(18, '\0')},
      {FileKind::kOffice, archive("[Content_Types].xml")},
      {FileKind::kGzip, "\x1f\x8b\x08"},
      {FileKind::kBzip2, "BZh91AY"},
      {FileKind::kXz, "\xfd\x37zXZ\0"s},
      {FileKind::kZstd, "\x28\xb5\x2f\xfd"},
      {FileKind::kSevenZip, "7z\xbc\xaf\x27\x1c"},
      {FileKind::kRar, "Rar!\x1a\x07\1"},
      {FileKind::kTar, at(257, "ustar\0"s)},
      {FileKind::kKerasJson, "{\"class_name\": \"Sequential\"}"},
      {FileKind::kJson, "\xef\xbb\xbf {\"name\": 1}"},
      {FileKind::kJson, "[1, 2]"},
      {FileKind::kXml, "<?xml version=\"1.0\"?><net name=\"x\">"},
      {FileKind::kCsv, "emotion,pixels\n0,1 2\n"},
      {FileKind::kCsv, "emotion\tpixels\n"},
      {FileKind::kUtf16,
       "\xff\xfe"
       "e\0"s},
      {FileKind::kText, "404: Not Found"},
      {FileKind::kText, "  \n"},
      {FileKind::kPdf, "%PDF-1.7"},
      {FileKind::kProgram,
       "\x7f"
       "ELF\2"},
      {FileKind::kBinary, "\1\2\3"},
  };
  return all;
}

TEST(FileKind, IsKnownByTheFirstBytes) {
  for (size_t i = 0; i < cases().size(); ++i) EXPECT_EQ(kind_of(cases()[i].bytes), cases()[i].kind) << i;
}

TEST(FileKind, EveryKindIsTriedAndEveryRefusalNamesIt) {
  std::vector<bool> tried(static_cast<size_t>(FileKind::kBinary) + 1);
  for (const Case& one : cases()) tried[static_cast<size_t>(one.kind)] = true;
  for (size_t i = 0; i < tried.size(); ++i) EXPECT_TRUE(tried[i]) << i;
  for (const Case& one : cases()) {
    const std::string message = other_than_expected("f", Expected::kOnnx, one.bytes);
    EXPECT_TRUE(message.starts_with("f: expected an ONNX file, found ")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
    const bool other = one.kind == FileKind::kBinary;
    EXPECT_EQ(message.find("bytes of an unknown kind") != std::string::npos, other) << message;
  }
}

// No cut in the middle of a signature reads beyond the bytes.
TEST(FileKind, EveryBeginningOfAFileIsOfSomeKind) {
  for (const Case& one : cases()) {
    for (size_t size = 0; size < std::min<size_t>(one.bytes.size(), 600); ++size) {
      const std::string part = one.bytes.substr(0, size);
      EXPECT_FALSE(other_than_expected("f", Expected::kModel, std::string_view(part)).empty());
    }
  }
}

// What is expected, and what has no first bytes of its own, is the reader's to judge.
TEST(FileKind, WhatMayBeRightIsNotRefused) {
  const std::vector<std::pair<Expected, std::vector<FileKind>>> right = {
      {Expected::kModel, {FileKind::kSafetensors, FileKind::kBinary}},
      {Expected::kPicture, {FileKind::kPng, FileKind::kJpeg, FileKind::kWebp, FileKind::kNetpbm}},
      {Expected::kTable, {FileKind::kCsv, FileKind::kText, FileKind::kBinary, FileKind::kEmpty}},
      {Expected::kNetwork, {FileKind::kJson, FileKind::kText, FileKind::kCsv}},
      {Expected::kOnnx, {FileKind::kOnnx, FileKind::kBinary}},
      {Expected::kKeras, {FileKind::kHdf5, FileKind::kKerasArchive, FileKind::kZip}},
      {Expected::kKerasJson, {FileKind::kKerasJson, FileKind::kJson}}};
  for (const auto& [expected, kinds] : right) {
    for (const Case& one : cases()) {
      bool refused = false;
      try {
        refuse_other_kinds("f", expected, one.bytes);
      } catch (const Error&) {
        refused = true;
      }
      EXPECT_EQ(refused, std::find(kinds.begin(), kinds.end(), one.kind) == kinds.end())
          << static_cast<int>(expected) << " " << static_cast<int>(one.kind);
    }
  }
}

TEST(FileKind, OnlyRegularFilesAreReadAndNothingIsWaitedFor) {
  const TemporaryFolder folder;
  const auto refusal = [](const std::string& path) {
    const std::string whole = message_of([&] { read_expected(path, Expected::kModel); });
    EXPECT_EQ(message_of([&] { read_beginning(path, Expected::kModel); }), whole);
    return whole;
  };
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  const std::string expected = ": expected a model (.safetensors), found ";
  EXPECT_EQ(refusal(folder / "pipe"),
            folder / "pipe" + expected + "a pipe: write what comes out of it to a file first");
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero" + expected + "a device");
  expect_contains(refusal(folder.path()), folder.path() + expected + "a directory");
  std::filesystem::create_symlink("pipe", folder / "link");
  expect_contains(refusal(folder / "link"), "link" + expected + "a pipe");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  expect_contains(refusal(folder / "dangling"), "dangling: cannot be read: No such file or directory");
  sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT((folder / "socket").size(), sizeof address.sun_path);
  std::strcpy(address.sun_path, (folder / "socket").c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_EQ(refusal(folder / "socket"), folder / "socket" + expected + "a socket");
}

TEST(FileKind, ABeginningIsAsLongAsWasAskedFor) {
  const TemporaryFolder folder;
  put(folder / "f", std::string(10000, 'x'));
  EXPECT_EQ(read_beginning(folder / "f", Expected::kModel), std::string(kKindBytes, 'x'));
  EXPECT_EQ(read_beginning(folder / "f", Expected::kModel, 20000).size(), 10000u);
  EXPECT_EQ(read_expected(folder / "f", Expected::kModel).size(), 10000u);
  expect_contains(message_of([&] { read_expected(folder / "f", Expected::kModel, 9999); }), "expected at most 9999");
}

}  // namespace
}  // namespace fer::core
