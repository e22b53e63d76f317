#include "train/config/input_size.h"

#include <gtest/gtest.h>

#include "tests/train/small_run.h"

namespace fer {
namespace {

TrainConfig crop_config(PictureSize crop) {
  TrainConfig config = small_config();
  config.epochs = 1;
  config.augmentation.crop = crop;
  return config;
}

TEST(InputSize, ACropIsTheInputOfANewNetwork) {
  Trainer trainer(small_network(), crop_config({4, 5}));
  EXPECT_EQ(trainer.model().network.input, Shape({4, 5, 1}));
  EXPECT_FALSE(trainer.model().preprocessing.resize.given()) << "the data's size is not known yet";
  SmallRun().fit(trainer);
  EXPECT_EQ(trainer.model().preprocessing.resize, (PictureSize{6, 6}));
}

TEST(InputSize, ACropOfTheWholePictureNeedsNoCentre) {
  Trainer trainer(small_network(), crop_config({6, 6}));
  SmallRun().fit(trainer);
  EXPECT_FALSE(trainer.model().preprocessing.resize.given());
}

TEST(InputSize, ACropThatIsLargerThanThePictureIsRefused) {
  Trainer trainer(small_network(), crop_config({4, 7}));
  EXPECT_EQ(message_of([&] { SmallRun().fit(trainer); }),
            "crop: expected pictures of at least 4x7, the network's input, to cut it out of, found 6x6");
}

TEST(InputSize, ACropThatIsNoSizeIsRefused) {
  for (const PictureSize crop : {PictureSize{0, 4}, PictureSize{4, -1}, PictureSize{4, 20000}}) {
    const std::string message = message_of([&] { Trainer(small_network(), crop_config(crop)); });
    EXPECT_TRUE(message.starts_with("augmentation.crop: expected N or HxW, each from 1 to 16384, found")) << message;
  }
}

TEST(InputSize, ACropGoesWithAModelOfItsSize) {
  Network network = small_network();
  network.input = Shape({4, 4, 1});
  const Model model = {network, initialize(network, 1), {.resize = {8, 8}}};
  const std::string message = message_of([&] { Trainer(model, crop_config({5, 4})); });
  EXPECT_TRUE(message.starts_with("crop: expected 4x4, the input of the model's network, found 5x4: ")) << message;
  EXPECT_NE(message.find("'dense'"), std::string::npos) << message;
  Trainer trainer(model, crop_config({4, 4}));
  SmallRun().fit(trainer);
  EXPECT_EQ(trainer.model().preprocessing.resize, (PictureSize{8, 8})) << "what the model was trained with stays";
}

Network pooled_network() {
  Network net({6, 6, 1}, {"top", "middle", "bottom"});
  net.add(Conv2D{.filters = 4, .padding = Padding::same(), .activation = Activation::kRelu}, "conv");
  net.add(BatchNorm{.momentum = 0.9f}, "bn").add(GlobalAveragePool2D{}, "mean");
  net.add(Dense{.units = 3, .activation = Activation::kSoftmax}, "dense");
  return net;
}

TEST(InputSize, ACropIsTheInputOfAModelWhoseWeightsGoWithAnySize) {
  const Network network = pooled_network();
  const Model model = {network, initialize(network, 1), {}};
  Trainer trainer(model, crop_config({4, 5}));
  EXPECT_EQ(trainer.model().network.input, Shape({4, 5, 1}));
  EXPECT_TRUE(same_weights(trainer.model(), model));
  SmallRun().fit(trainer);
  EXPECT_EQ(trainer.model().preprocessing.resize, (PictureSize{6, 6}));
}

// Without a crop in training, what the network sees is the centre: the same as data that were cropped before.
TEST(InputSize, AModelOfTheCentreIsTrainedOnTheCentre) {
  const SmallRun run;
  Dataset centres = run.data;
  centres.height = centres.width = 4;
  centres.pixels.clear();
  for (int64_t i = 0; i < run.data.size(); ++i) {
    for (int64_t y = 1; y < 5; ++y) {
      for (int64_t x = 1; x < 5; ++x) centres.pixels.push_back(run.data.picture(i)[static_cast<size_t>(y * 6 + x)]);
    }
  }
  Network network = small_network();
  network.input = Shape({4, 4, 1});
  TrainConfig config = small_config(), plain = config;
  config.preprocessing.resize = {6, 6};
  config.augmentation.alternating_flip = plain.augmentation.alternating_flip = true;
  Trainer by_centre(network, config), by_crops(network, plain);
  const History a = run.fit(by_centre), b = by_crops.fit(centres, run.train, run.validation);
  EXPECT_TRUE(same_weights(by_centre.model(), by_crops.model()));
  EXPECT_EQ(untimed(a).epochs, untimed(b).epochs);
}

TEST(InputSize, LandmarksHaveNoCentre) {
  Dataset data = small_dataset();
  data.values.assign(data.pixels.begin(), data.pixels.end());
  data.pixels.clear();
  const Network network = small_network();
  const Model model = {network, initialize(network, 1), {.resize = {8, 8}}};
  EXPECT_FALSE(train::preprocessing_for(model, {}, data).resize.given());
  Trainer trainer(small_network(), crop_config({4, 4}));
  EXPECT_EQ(message_of([&] { trainer.fit(data, numbers(0, 70), {}); }),
            "augmentation: expected pictures, found landmarks");
}

}  // namespace
}  // namespace fer
