#include "train/config/field.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/train/json_of.h"
#include "tests/train/small_run.h"
#include "train/config/places.h"

namespace fer::train {
namespace {

using Names = std::vector<std::string>;

TEST(Range, SaysInWordsWhatItContains) {
  const std::pair<Range, const char*> ranges[] = {{{}, ""},
                                                  {at_least(0), "of at least 0"},
                                                  {above(0), "above 0"},
                                                  {from_to(1, 2147483647), "from 1 to 2147483647"},
                                                  {from_and_below(0, 1), "of at least 0 and below 1"},
                                                  {between(0, 1), "above 0 and below 1"},
                                                  {other_than_zero(), "other than 0"}};
  for (const auto& [range, text] : ranges) EXPECT_EQ(range.text(), text);
}

TEST(Range, HasItsEndsOrNot) {
  EXPECT_TRUE(at_least(0).contains(0));
  EXPECT_FALSE(at_least(0).contains(-1e-300));
  EXPECT_FALSE(above(0).contains(0));
  EXPECT_TRUE(above(0).contains(1e-300));
  EXPECT_TRUE(from_to(1, 5).contains(1) && from_to(1, 5).contains(5));
  EXPECT_FALSE(from_to(1, 5).contains(0) || from_to(1, 5).contains(6));
  EXPECT_TRUE(from_and_below(0, 1).contains(0));
  EXPECT_FALSE(from_and_below(0, 1).contains(1));
  EXPECT_FALSE(between(0, 1).contains(0) || between(0, 1).contains(1));
  EXPECT_FALSE(other_than_zero().contains(0));
  EXPECT_TRUE(other_than_zero().contains(-3));
  EXPECT_FALSE(at_least(0).contains(NAN));
}

Field field_of(Range range) { return {.path = "x", .group = "", .help = "", .at = nullptr, .range = range}; }

TEST(Field, ReadsTextsWholly) {
  int64_t whole = 3;
  const Field count = field_of(from_to(1, 9));
  value_from_text("7", "--x", count, &whole);
  EXPECT_EQ(whole, 7);
  for (const char* bad : {"", " 7", "7 ", "7x", "0", "10", "1.5", "0x1", "99999999999999999999"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--x", count, &whole); }),
              "--x: expected a whole number from 1 to 9, found \"" + std::string(bad) + "\"");
  }
  EXPECT_EQ(whole, 7) << "what is refused changes nothing";

  float number = 0;
  const Field share = field_of(from_and_below(0, 1));
  value_from_text("1e-7", "--x", share, &number);
  EXPECT_EQ(number, 1e-7f);
  for (const char* bad : {"1", "nan", "inf", "-0.1", "0.1x"}) {
    EXPECT_NE(message_of([&] { value_from_text(bad, "--x", share, &number); }), "") << bad;
  }
  // The float is what counts: this one rounds to 1.
  EXPECT_NE(message_of([&] { value_from_text("0.99999999999", "--x", share, &number); }), "");
  EXPECT_NE(message_of([&] { value_from_text("1e99", "--x", field_of(above(0)), &number); }), "");

  uint64_t seed = 0;
  value_from_text("18446744073709551615", "--x", field_of({}), &seed);
  EXPECT_EQ(seed, UINT64_MAX);
  EXPECT_NE(message_of([&] { value_from_text("-1", "--x", field_of({}), &seed); }), "");

  bool on = false;
  value_from_text("true", "--x", field_of({}), &on);
  EXPECT_TRUE(on);
  EXPECT_EQ(message_of([&] { value_from_text("yes", "--x", field_of({}), &on); }),
            "--x: expected true or false, found \"yes\"");
}

TEST(Field, ReadsListsWithOrWithoutBlanks) {
  std::vector<double> weights;
  value_from_text("1, 0.5,2", "--x", field_of(at_least(0)), &weights);
  EXPECT_EQ(weights, (std::vector<double>{1, 0.5, 2}));
  for (const char* bad : {"1,,2", "1,-1", "1,2,", "1 2"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--x", field_of(at_least(0)), &weights); }),
              "--x: expected one number per class, each of at least 0, or none, found \"" + std::string(bad) + "\"");
  }
}

TEST(Field, AChoiceIsOneOfItsNames) {
  Loss loss = Loss::kCrossEntropy;
  const Place place = choice(loss, {Loss::kCrossEntropy, Loss::kSquaredHinge}, loss_name);
  value_from_text("squared_hinge", "--loss", field_of({}), place);
  EXPECT_EQ(loss, Loss::kSquaredHinge);
  EXPECT_EQ(message_of([&] { value_from_text("mse", "--loss", field_of({}), place); }),
            "--loss: expected cross_entropy or squared_hinge, found \"mse\"");
  EXPECT_EQ(message_of([&] { value_from_json("mse", "loss", place); }),
            "loss: expected cross_entropy or squared_hinge, found \"mse\"");
  EXPECT_NE(message_of([&] { value_from_json(3, "loss", place); }), "");
}

TEST(Field, NamingTheOptimizerInForceLeavesItsMembers) {
  Optimizer optimizer = Sgd{.learning_rate = 7};
  std::get<Choice>(Place(choice(optimizer, optimizer_name))).set("sgd");
  EXPECT_EQ(learning_rate_of(optimizer), 7);
  std::get<Choice>(Place(choice(optimizer, optimizer_name))).set("rmsprop-tf1");
  EXPECT_EQ(std::get<RmsPropTf1>(optimizer).epsilon, 1e-10f);
}

TEST(Field, ReadsSizes) {
  PictureSize size;
  const Field field = field_of(from_to(1, 99));
  EXPECT_EQ(value_text(&size), "none");
  EXPECT_EQ(json_of(value_to_json(&size)), nullptr);
  value_from_text("40", "--crop", field, &size);
  EXPECT_EQ(size, (PictureSize{40, 40}));
  value_from_text("44x40", "--crop", field, &size);
  EXPECT_EQ(size, (PictureSize{44, 40}));
  EXPECT_EQ(value_text(&size), "44x40");
  PictureSize again;
  value_from_json(json_of(value_to_json(&size)), "crop", &again);
  EXPECT_EQ(again, size);
  for (const char* bad : {"", "x", "40x", "x40", "40x40x40", "0", "0x40", "40x100", "-4", "40X40", "40.5", "40 x 40"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--crop", field, &size); }),
              "--crop: expected N or HxW, each from 1 to 99, or none, found \"" + std::string(bad) + "\"");
  }
  EXPECT_EQ(size, (PictureSize{44, 40})) << "what is refused changes nothing";
  size = {40, 0};
  EXPECT_NE(message_of([&] { check_value(field, &size, "crop"); }), "");
  for (const char* bad : {"40", "[40]", "[40,40,1]", "[40,\"x\"]", "{}"}) {
    EXPECT_NE(message_of([&] { value_from_json(nlohmann::json::parse(bad), "crop", &again); }), "") << bad;
  }
}

TEST(Field, ReadsIntervals) {
  Interval interval = {0.08, 1};
  const Field field = field_of(from_to(0, 1));
  EXPECT_EQ(value_text(&interval), "0.08,1");
  value_from_text("0.5, 0.75", "--scale", field, &interval);
  EXPECT_EQ(interval, (Interval{0.5, 0.75}));
  EXPECT_EQ(json_of(value_to_json(&interval)), nlohmann::json({0.5, 0.75}));
  for (const char* bad : {"", "0.5", "0.5,", "0.5,2", "0.75,0.5", "0,0.5,1", "a,b", "nan,1"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--scale", field, &interval); }),
              "--scale: expected MIN,MAX in this order, each from 0 to 1, found \"" + std::string(bad) + "\"");
  }
  EXPECT_EQ(interval, (Interval{0.5, 0.75})) << "what is refused changes nothing";
  interval = {0.75, 0.5};
  EXPECT_EQ(message_of([&] { check_value(field, &interval, "scale"); }),
            "scale: expected MIN,MAX in this order, each from 0 to 1, found 0.75,0.5");
  for (const char* bad : {"0.5", "[0.5]", "[0,0.5,1]", "[\"a\",1]"}) {
    EXPECT_NE(message_of([&] { value_from_json(nlohmann::json::parse(bad), "scale", &interval); }), "") << bad;
  }
}

TEST(ViewsOfATeacher, AreReadFromTextAndJson) {
  Views views;
  const Field field = field_of({});
  value_from_text("ten+dense", "--teacher-views", field, &views);
  EXPECT_EQ(views, (Views{.flip = true, .corners = true, .dense = true}));
  EXPECT_EQ(value_text(&views), "ten+dense");
  EXPECT_TRUE(message_of([&] {
                value_from_text("eleven", "--teacher-views", field, &views);
              }).starts_with("--teacher-views: "));
  value_from_json("flip", "views", &views);
  EXPECT_EQ(views, Views{.flip = true});
  EXPECT_EQ(value_to_json(&views).dump(), "\"flip\"");
  EXPECT_EQ(message_of([&] { value_from_json(3, "views", &views); }), "views: expected the names of views, found 3");
  EXPECT_EQ(message_of([&] { check_value(field, &views, "teacher.views"); }), "");
  views.mean = ViewMean::kLogits;
  EXPECT_NE(message_of([&] { check_value(field, &views, "teacher.views"); }), "");
}

TEST(ListsOfPaths, AreReadFromTextAndJson) {
  std::vector<std::string> paths;
  const Field field = field_of({});
  value_from_text("one,two", "--teacher", field, &paths);
  EXPECT_EQ(paths, (std::vector<std::string>{"one", "two"}));
  for (const char* bad : {"", ",", "one,", ",two", "one,,two"}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--teacher", field, &paths); }),
              std::string("--teacher: expected paths with commas between, or none, found \"") + bad + "\"");
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"one", "two"}));
  value_from_json({"a", "b"}, "models", &paths);
  EXPECT_EQ(paths, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(value_to_json(&paths).dump(), R"(["a","b"])");
  EXPECT_EQ(message_of([&] { value_from_json("a", "models", &paths); }),
            "models: expected an array of paths, found \"a\"");
  EXPECT_NE(message_of([&] { value_from_json({"a", 3}, "models", &paths); }), "");
  paths = {"fine", ""};
  EXPECT_EQ(message_of([&] { check_value(field, &paths, "teacher.models"); }),
            "teacher.models: expected paths in UTF-8, none of them empty, found \"\"");
  paths = {"caf\xe9"};
  EXPECT_NE(message_of([&] { check_value(field, &paths, "teacher.models"); }), "");
}

TEST(Field, ReadsListsOfLayers) {
  Names layers;
  const Place place = LayerList{&layers};
  EXPECT_EQ(value_text(place), "none");
  value_from_text("conv1..conv4, bn*,3", "--freeze", {}, place);
  EXPECT_EQ(layers, (Names{"conv1..conv4", "bn*", "3"}));
  EXPECT_EQ(value_text(place), "conv1..conv4,bn*,3");
  const nlohmann::json array = json_of(value_to_json(place));
  EXPECT_EQ(array, nlohmann::json::parse(R"(["conv1..conv4", "bn*", "3"])"));
  for (const char* bad : {"", "a,,b", ","}) {
    EXPECT_EQ(message_of([&] { value_from_text(bad, "--freeze", {}, place); }),
              "--freeze: expected layers: names, conv*, A..B or a count of the first, or none, found \"" +
                  std::string(bad) + "\"");
  }
  EXPECT_EQ(layers.size(), 3u) << "what is refused changes nothing";
  value_from_text("none", "--freeze", {}, place);
  EXPECT_TRUE(layers.empty());
  value_from_json(array, "freeze", place);
  EXPECT_EQ(layers.size(), 3u);
  EXPECT_NE(message_of([&] { value_from_json("conv", "freeze", place); }), "");
  layers = {""};
  EXPECT_NE(message_of([&] { check_value({}, place, "freeze"); }), "");
}

TEST(Field, ReadsFactorsOfLayers) {
  std::vector<LayerRate> rates;
  const Field field = field_of(at_least(0));
  EXPECT_EQ(value_text(&rates), "none");
  value_from_text("conv1=0.1, dense*=10,a=b=0", "--rates", field, &rates);
  EXPECT_EQ(rates, (std::vector<LayerRate>{{"conv1", 0.1}, {"dense*", 10}, {"a=b", 0}}));
  EXPECT_EQ(value_text(&rates), "conv1=0.1,dense*=10,a=b=0");
  const nlohmann::json object = json_of(value_to_json(&rates));
  EXPECT_EQ(object, (nlohmann::json{{"conv1", 0.1}, {"dense*", 10}, {"a=b", 0}}));
  std::vector<LayerRate> again = {{"x", 2}};
  value_from_json(object, "rates", &again);
  EXPECT_EQ(json_of(value_to_json(&again)), object);
  for (const char* bad : {"", "conv1", "=1", "conv1=", "conv1=x", "conv1=-1", "conv1=nan", "conv1=1,,b=2"}) {
    EXPECT_EQ(
        message_of([&] { value_from_text(bad, "--rates", field, &rates); }),
        "--rates: expected LAYER=FACTOR,..., each factor of at least 0, or none, found \"" + std::string(bad) + "\"");
  }
  EXPECT_EQ(message_of([&] { value_from_text("a=1,b=1,a=2", "--rates", field, &rates); }),
            "--rates: expected every layer once, found \"a\" twice");
  EXPECT_EQ(rates.size(), 3u) << "what is refused changes nothing";
  rates = {{"a", -1}};
  EXPECT_NE(message_of([&] { check_value(field, &rates, "rates"); }), "");
  for (const char* bad : {"1", "[1]", "{\"a\": \"b\"}"}) {
    EXPECT_NE(message_of([&] { value_from_json(nlohmann::json::parse(bad), "rates", &again); }), "") << bad;
  }
}

TEST(Field, NumbersAreWrittenShortly) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(2147483647), "2147483647");
  EXPECT_EQ(number_text(0.1), "0.1");
  float epsilon = 1e-7f;
  EXPECT_EQ(value_text(&epsilon), "1e-7");
  epsilon = 1e-10f;
  EXPECT_EQ(value_text(&epsilon), "1e-10");
}

}  // namespace
}  // namespace fer::train
