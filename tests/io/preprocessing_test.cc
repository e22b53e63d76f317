#include "io/preprocessing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/message.h"

namespace fer::io {
namespace {

const Network kNetwork({4, 5, 1}, {"a", "b"});

Preprocessing read(const std::string& text) {
  return preprocessing_from_json(nlohmann::json::parse(text), kNetwork, "preprocessing");
}

TEST(Preprocessing, ComesBack) {
  for (const Standardization s : {Standardization::kNone, Standardization::kDataset, Standardization::kPicture}) {
    for (const bool equalize : {false, true}) {
      const Preprocessing p = {.scale = 0.1f, .shift = -3, .resize = {6, 5}, .equalize = equalize, .standardize = s};
      EXPECT_EQ(read(preprocessing_to_json(p).one_line()), p);
    }
  }
}

// Models of before have neither, and files without either are as they were.
TEST(Preprocessing, HasOnlyWhatIsUsed) {
  EXPECT_EQ(preprocessing_to_json({}).one_line(),
            preprocessing_to_json(read(R"({"scale": 0.00392156862745098, "shift": 0})")).one_line());
  EXPECT_EQ(preprocessing_to_json({}).one_line().find("qualize"), std::string::npos);
  EXPECT_EQ(preprocessing_to_json({}).one_line().find("standard"), std::string::npos);
}

TEST(Preprocessing, ScalesInTurnKeepWhatIsDoneToThePictureBefore) {
  const Preprocessing both =
      after({.scale = 2, .shift = 3, .resize = {5, 6}, .equalize = true}, {.scale = 4, .shift = 1});
  EXPECT_EQ(both, (Preprocessing{.scale = 8, .shift = 13, .resize = {5, 6}, .equalize = true}));
}

TEST(Preprocessing, RefusesOtherThings) {
  EXPECT_EQ(message_of([] { read(R"({"scale": 1, "shift": 0, "standardize": "image"})"); }),
            "preprocessing: standardize: expected none, dataset or picture, found \"image\"");
  EXPECT_NE(message_of([] { read(R"({"scale": 1, "shift": 0, "standardize": true})"); }), "");
  EXPECT_NE(message_of([] { read(R"({"scale": 1, "shift": 0, "equalize": 1})"); }), "");
  EXPECT_NE(message_of([] { read(R"({"scale": 1, "shift": 0, "equalise": true})"); }), "");
  EXPECT_EQ(message_of([] { preprocessing_to_json({.scale = INFINITY}); }),
            "preprocessing: expected finite numbers, found scale inf and shift 0");
}

}  // namespace
}  // namespace fer::io
