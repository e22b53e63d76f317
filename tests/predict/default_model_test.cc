#include "predict/default_model.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "fer.h"
#include "fer/classifier.h"
#include "tests/predict/small_model.h"
#include "tests/support/message.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

namespace fs = std::filesystem;

// FER_MODEL as it was, afterwards.
class DefaultModelTest : public testing::Test {
 protected:
  void TearDown() override { ::unsetenv("FER_MODEL"); }
  // In a folder of models.
  std::string model(const std::string& name, const std::string& card = "") const {
    fs::create_directories(fs::path(folder_ / name).parent_path());
    save_model(small_model(), folder_ / name);
    if (!card.empty()) put(fs::path(folder_ / name).replace_extension(".json"), card);
    return folder_ / name;
  }
  std::vector<fs::path> places() const { return {folder_ / "first", folder_ / "second"}; }

  TemporaryFolder folder_;
};

TEST_F(DefaultModelTest, TheFirstFolderThatHasOneCounts) {
  const std::string second = model("second/small.safetensors");
  EXPECT_EQ(predict::default_model_of(nullptr, places()).path, second);
  const std::string first = model("first/small.safetensors");
  const DefaultModel found = predict::default_model_of("", places());
  EXPECT_EQ(found.path, first);
  EXPECT_EQ(found.name, "small");
  EXPECT_EQ(found.accuracy, "");
}

TEST_F(DefaultModelTest, TheVariableComesBeforeFolders) {
  model("first/small.safetensors");
  const std::string own = model("own.safetensors", R"({"figures": [{"on": "PrivateTest", "accuracy": 0.7064}]})");
  const DefaultModel found = predict::default_model_of(own.c_str(), places());
  EXPECT_EQ(found.path, own);
  EXPECT_EQ(found.name, "own");
  EXPECT_EQ(found.accuracy, "70.64 % of PrivateTest");
  EXPECT_EQ(message_of([&] { predict::default_model_of((folder_ / "none").c_str(), places()); }),
            "FER_MODEL: expected the path of a model (.safetensors), found nothing at " + (folder_ / "none"));
}

TEST_F(DefaultModelTest, WithoutOneTheMessageSaysWhatToDo) {
  EXPECT_EQ(message_of([&] { predict::default_model_of(nullptr, places()); }),
            "no model is given, and none came with libfer: name a model, or set FER_MODEL to the path of one "
            "(`fer-train DATA` makes one); looked for " +
                (folder_ / "first/small.safetensors") + ", " + (folder_ / "second/small.safetensors"));
}

TEST_F(DefaultModelTest, ACardWithoutFiguresSaysNothing) {
  for (const char* card : {"{}", "[]", R"({"figures": []})", R"({"figures": [{"on": 1, "accuracy": 0.5}]})",
                           R"({"figures": [{"on": "all"}]})", R"({"figures": [3]})"}) {
    EXPECT_EQ(predict::default_model_of(model("m.safetensors", card).c_str(), {}).accuracy, "") << card;
  }
  expect_contains(message_of([&] { predict::default_model_of(model("m.safetensors", "{").c_str(), {}); }), "m.json: ");
}

TEST_F(DefaultModelTest, IsThereInCppAndInC) {
  const std::string own = model("own.safetensors");
  ::setenv("FER_MODEL", own.c_str(), 1);
  EXPECT_EQ(default_model().path, own);
  EXPECT_STREQ(fer_default_model(), own.c_str());
  EXPECT_EQ(Classifier::load(default_model().path).class_count(), 3);
  fer_model* loaded = fer_load(fer_default_model());
  ASSERT_NE(loaded, nullptr) << fer_last_error();
  fer_free(loaded);
  ::setenv("FER_MODEL", (folder_ / "none").c_str(), 1);
  EXPECT_EQ(fer_default_model(), nullptr);
  expect_contains(fer_last_error(), "FER_MODEL: expected the path of a model");
}

}  // namespace
}  // namespace fer
