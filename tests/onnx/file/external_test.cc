// Weights in files beside the model.
#include "tests/onnx/external.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "fer/onnx.h"
#include "tests/onnx/tiny.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

class External : public testing::Test {
 protected:
  // The tiny model with all floats in m.onnx.data, one after the other.
  void SetUp() override {
    model_ = tiny_onnx();
    put(folder_ / "m.onnx.data", take_floats_out(model_));
    put(folder_ / "m.onnx", model_.SerializeAsString());
  }

  std::string refusal_with(const Entries& entries) {
    onnx::ModelProto spoilt = model_;
    point_to(tensor_of(spoilt, "fc/kernel"), entries);
    put(folder_ / "spoilt.onnx", spoilt.SerializeAsString());
    return message_of([&] { read_onnx(folder_ / "spoilt.onnx"); });
  }

  TemporaryFolder folder_;
  onnx::ModelProto model_;
};

TEST_F(External, IsReadFromTheModelsFolder) {
  put(folder_ / "whole.onnx", tiny_onnx().SerializeAsString());
  const Model expected = read_onnx(folder_ / "whole.onnx"), found = read_onnx(folder_ / "m.onnx");
  EXPECT_EQ(found.network, expected.network);
  const auto a = found.weights.values.values(), b = expected.weights.values.values();
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST_F(External, MayLieInAFolderOfThatFolderAndBehindALinkWithin) {
  std::filesystem::create_directory(folder_ / "weights");
  std::filesystem::rename(folder_ / "m.onnx.data", folder_ / "weights/data");
  std::filesystem::create_symlink("weights/data", folder_ / "m.onnx.data");
  EXPECT_EQ(read_onnx(folder_ / "m.onnx").network.name, "tiny");
}

TEST_F(External, OtherPlacesAreRefused) {
  put(folder_ / "../fer-external-test-other", std::string(1000, 'x'));
  const char* const kElsewhere = "expected its data in a file within the model's own folder, found";
  for (const std::string& location : {std::string("../fer-external-test-other"), std::string("/etc/passwd"),
                                      std::string(""), std::string("a/../m.onnx.data"), std::string("a//b"),
                                      std::string("m.onnx.data\0x", 13), std::string(5000, 'a')}) {
    expect_contains(refusal_with({{"location", location}}), kElsewhere);
  }
  expect_contains(refusal_with({}), kElsewhere);
  std::filesystem::create_symlink("/etc/passwd", folder_ / "link");
  std::filesystem::create_directory_symlink("..", folder_ / "up");
  expect_contains(refusal_with({{"location", "link"}}), "a link out of it");
  expect_contains(refusal_with({{"location", "up/fer-external-test-other"}}), "a link out of it");
  std::filesystem::remove(folder_ / "../fer-external-test-other");
}

TEST_F(External, OtherKindsOfFilesAreNotWaitedFor) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  expect_contains(refusal_with({{"location", "pipe"}}), "expected its data in a regular file, found another kind");
  std::filesystem::create_directory(folder_ / "folder");
  expect_contains(refusal_with({{"location", "folder"}}), "expected its data in a regular file, found another kind");
  expect_contains(refusal_with({{"location", "none"}}), "\"none\" beside the model, found none there");
}

TEST_F(External, NumbersAreHeldToTheFile) {
  const auto with = [&](const std::string& offset, const std::string& length) {
    return refusal_with({{"location", "m.onnx.data"}, {"offset", offset}, {"length", length}});
  };
  const auto end = std::filesystem::file_size(folder_ / "m.onnx.data");
  expect_contains(with(std::to_string(end - 63), "64"), "expected 64 bytes from byte");
  expect_contains(with("9223372036854775807", "64"), "expected 64 bytes from byte 9223372036854775807");
  expect_contains(with("0", "60"), "expected 64 bytes of external data, found 60");
  for (const char* number : {"-1", "1x", "", "99999999999999999999", " 1"}) {
    expect_contains(with(number, "64"), "external data: offset: expected a number of bytes, found");
    expect_contains(with("0", number), "external data: length: expected a number of bytes, found");
  }
  std::filesystem::resize_file(folder_ / "m.onnx.data", 10);
  expect_contains(message_of([&] { read_onnx(folder_ / "m.onnx"); }), "it is another file, or not whole");
}

TEST_F(External, AModelInMemoryHasNoFolder) {
  expect_contains(message_of([&] { onnx_file::parse_model(model_.SerializeAsString(), {}, "m"); }),
                  "expected its data in this file, found them in another");
}

}  // namespace
}  // namespace fer
