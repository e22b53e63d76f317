// Which layer gets which of a file's weights.
#include <gtest/gtest.h>

#include "tests/keras/refusal.h"
#include "tests/keras/weights/groups.h"
#include "tests/support/temporary_folder.h"

namespace fer {
namespace {

TEST(KerasMatch, OrderFillsWhatNamesLeaveAndIsSaid) {
  const KerasModel read_model =
      read_groups(plain_groups({"a", "b", "c"}), whole_model({unit_conv("a"), unit_conv("other"), unit_conv("c")}));
  EXPECT_EQ(first_values(read_model.model), (Values{{"a/kernel", 1}, {"other/kernel", 2}, {"c/kernel", 3}}));
  EXPECT_EQ(read_model.notes,
            std::vector<std::string>{
                "weights of 1 layer taken by order, as no name fits: layer 'other' (Conv2D) from \"b\""});
  const KerasModel all = read_groups(plain_groups({"a", "b", "c", "d"}),
                                     whole_model({unit_conv("e"), unit_conv("f"), unit_conv("g"), unit_conv("h")}));
  EXPECT_EQ(first_values(all.model), (Values{{"e/kernel", 1}, {"f/kernel", 2}, {"g/kernel", 3}, {"h/kernel", 4}}));
  ASSERT_EQ(all.notes.size(), 1u);
  expect_contains(all.notes[0], "weights of 4 layers taken by order");
  expect_contains(all.notes[0], "layer 'g' (Conv2D) from \"c\", ...");
}

TEST(KerasMatch, OrderThatNamesContradictIsRefused) {
  const Groups groups = plain_groups({"a", "c", "b", "d"});
  EXPECT_EQ(
      first_values(
          read_groups(groups, whole_model({unit_conv("a"), unit_conv("b"), unit_conv("c"), unit_conv("d")})).model),
      (Values{{"a/kernel", 1}, {"c/kernel", 2}, {"b/kernel", 3}, {"d/kernel", 4}}));
  expect_contains(
      refusal_of_groups(groups, whole_model({unit_conv("a"), unit_conv("b"), unit_conv("c"), unit_conv("other")})),
      "layer 'other' (Conv2D): weights: expected a layer of that name, or the network's order, found \"c\" in "
      "the place of \"b\"");
  expect_contains(refusal_of_groups(groups, whole_model({unit_conv("a"), unit_conv("c"), unit_conv("b"), unit_conv("d"),
                                                         unit_conv("other")})),
                  "expected a layer of that name, or 5 layers in all, found 4");
}

TEST(KerasMatch, MoreGroupsOfAClassThanLayersAreRefused) {
  const std::string archive = zip_of(
      {{"config.json", whole_model({unit_conv("conv2d_1")}).dump()}, {"model.weights.h5", numbered_file(false)}});
  expect_contains(message_of([&] { keras_file::parse_model(archive, {}, "m.keras"); }),
                  "layer 'conv2d_1' (Conv2D): weights: expected 1 groups conv2d, found 2");
}

TEST(HostileKeras, CountsOfGroupsAreNamed) {
  Json config = tiny_config();
  Json second = layers_of(config)[0];
  second["config"].erase("batch_input_shape");
  second["config"]["name"] = "second";
  second["config"]["kernel_size"] = {1, 1};
  layers_of(config).insert(layers_of(config).begin() + 1, second);
  expect_contains(refusal_of_file(tiny_archive(config)), "expected 2 groups conv2d, found 1");
}

}  // namespace
}  // namespace fer
