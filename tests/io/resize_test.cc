#include "io/resize.h"

#include <gtest/gtest.h>

#include "tests/io/model_parts.h"

namespace fer {
namespace {

// small_model, whose input is the centre of pictures of 6x9.
Model centre_model() {
  Model model = small_model();
  model.preprocessing.resize = {6, 9};
  return model;
}

TEST(Resize, ComesBack) {
  const TemporaryFolder folder;
  save_model(centre_model(), folder / "m");
  EXPECT_EQ(load_model(folder / "m").preprocessing, centre_model().preprocessing);
}

TEST(Resize, IsInTheFileOnlyWhereItIsGiven) {
  const auto preprocessing = [](const Model& model) {
    Parts parts(saved(model));
    return parts.metadata()["preprocessing"].get<std::string>();
  };
  EXPECT_NE(preprocessing(centre_model()).find("\"resize\": [6, 9]"), std::string::npos)
      << preprocessing(centre_model());
  EXPECT_EQ(preprocessing(small_model()).find("resize"), std::string::npos);
}

TEST(Resize, ASizeThatDoesNotContainTheInputIsRefused) {
  const auto file_with = [](const std::string& resize) {
    Parts parts(saved(small_model()));
    parts.metadata()["preprocessing"] = R"({"scale":1,"shift":0,"resize":)" + resize + "}";
    return parts.content();
  };
  const auto with = [&](const std::string& resize) { return refusal(file_with(resize)); };
  EXPECT_EQ(io::parse_model(file_with("[4,4]"), "m").preprocessing.resize, (PictureSize{4, 4}));
  EXPECT_EQ(with("[3,9]"),
            "m: preprocessing: resize: expected a size of at most 16384 that contains the network's input, [4, 4, 1], "
            "found 3x9");
  for (const char* bad : {"[6,3]", "[0,0]", "[-6,-9]", "[16385,9]", "[6]", "[6,9,1]", "6", "{}", "[6.5,9]", "null"}) {
    EXPECT_NE(with(bad), "") << bad;
  }
  Model small = small_model();
  small.preprocessing.resize = {4, 3};
  const TemporaryFolder folder;
  EXPECT_NE(message_of([&] { save_model(small, folder / "m"); }), "");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace fer
