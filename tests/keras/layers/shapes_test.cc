// Layers that change the shape.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

// A Sequential of these layers, whose last, "fc", is dense with a kernel of these extents; the kernel's row r is r.
Model with_kernel(const Json& input, std::vector<Json> layers, hsize_t rows) {
  layers[0]["config"]["batch_input_shape"] = input;
  layers.push_back(keras_layer("Dense", "fc", {{"units", 2}, {"use_bias", false}}));
  const Json config = {{"class_name", "Sequential"}, {"config", {{"name", "m"}, {"layers", layers}}}};
  Hdf5Builder builder;
  builder.text("/", "model_config", config.dump());
  builder.text("/", "keras_version", "2.11.0");
  std::vector<float> values;
  for (hsize_t row = 0; row < rows; ++row) values.insert(values.end(), 2, static_cast<float>(row));
  builder.floats("/model_weights/fc/fc/kernel:0", {rows, 2}, values);
  builder.texts("/model_weights", "layer_names", {"fc"});
  builder.texts("/model_weights/fc", "weight_names", {"fc/kernel:0"});
  return keras_file::parse_model(builder.content(), {}, "m.h5").model;
}

float row_of(const Model& model, int64_t i) {
  return model.weights.of(model.weights.layout.parameters.back())[static_cast<size_t>(2 * i)];
}

// Keras takes the rows for channels there and puts them last: [h, w, c] becomes [w, c, h].
TEST(KerasShapes, AFlattenOfChannelsFirstInAModelOfChannelsLastTurnsItsInput) {
  constexpr int64_t kH = 2, kW = 4, kC = 3;
  const Json flatten = keras_layer("Flatten", "flat", {{"data_format", "channels_first"}});
  // (A convolution's pool tells that the model has channels last.)
  const Json pool = keras_layer("MaxPooling2D", "pool", {{"pool_size", {1, 1}}, {"data_format", "channels_last"}});
  const Model model = with_kernel({nullptr, kH, kW, kC}, {pool, flatten}, kH * kW * kC);
  for (int64_t h = 0; h < kH; ++h) {
    for (int64_t w = 0; w < kW; ++w) {
      for (int64_t c = 0; c < kC; ++c) {
        EXPECT_EQ(row_of(model, (h * kW + w) * kC + c), static_cast<float>((w * kC + c) * kH + h)) << h << w << c;
      }
    }
  }
}

TEST(KerasShapes, AFlattenOfChannelsFirstTurnsTwoAxesToo) {
  const Json flatten = keras_layer("Flatten", "flat", {{"data_format", "channels_first"}});
  const Model model = with_kernel({nullptr, 2, 3}, {flatten}, 6);
  EXPECT_EQ(model.network.input, (Shape{2, 3, 1}));
  for (int64_t a = 0; a < 2; ++a) {
    for (int64_t b = 0; b < 3; ++b) EXPECT_EQ(row_of(model, a * 3 + b), static_cast<float>(b * 2 + a));
  }
}

TEST(KerasShapes, AFlattenOfChannelsLastStaysInOrder) {
  const Json flatten = keras_layer("Flatten", "flat", {{"data_format", "channels_last"}});
  const Model model = with_kernel({nullptr, 2, 2, 3}, {flatten}, 12);
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(row_of(model, i), static_cast<float>(i));
}

// The layer that one of this class becomes, before a pool, and its output from [4, 6, 1].
std::pair<LayerKind, Shape> layer_of(const std::string& class_name, Json settings) {
  settings["batch_input_shape"] = {nullptr, 4, 6, 1};
  Json model = tiny_config();
  layers_of(model) = {keras_layer(class_name, "it", settings), keras_layer("GlobalAveragePooling2D", "mean"),
                      keras_layer("Dense", "fc", {{"units", 2}})};
  const Network network = keras_file::parse_config(model.dump());
  return {network.layers[0].kind, infer(network)[0].output};
}

TEST(KerasShapes, UpSamplingRepeatsUnlessItIsBilinear) {
  EXPECT_EQ(layer_of("UpSampling2D", Json::object()).first, LayerKind(UpSample2D{{2, 2}}));
  const auto [kind, shape] = layer_of("UpSampling2D", {{"size", {3, 1}}, {"interpolation", "nearest"}});
  EXPECT_EQ(kind, LayerKind(UpSample2D{{3, 1}}));
  EXPECT_EQ(shape, (Shape{12, 6, 1}));
  EXPECT_EQ(layer_of("UpSampling2D", {{"size", 2}, {"interpolation", "bilinear"}}).first, LayerKind(Resize{{8, 12}}));
  const auto resizing = [](int height, int width) {
    return layer_of("Resizing", {{"height", height}, {"width", width}, {"interpolation", "nearest"}}).first;
  };
  EXPECT_EQ(resizing(8, 6), LayerKind(UpSample2D{{2, 1}}));
  expect_contains(message_of([&] { resizing(8, 9); }),
                  "expected the nearest cells of a size that is a multiple of the input's, found [4, 6, 1] to [8, 9]");
}

TEST(KerasShapes, CroppingTakesCellsOfAllForms) {
  const auto cropped = [](const Json& cells) { return layer_of("Cropping2D", {{"cropping", cells}}); };
  EXPECT_EQ(cropped(1).first, LayerKind(Crop2D{.rows = {1, 1}, .columns = {1, 1}}));
  EXPECT_EQ(cropped({1, 2}).first, LayerKind(Crop2D{.rows = {1, 1}, .columns = {2, 2}}));
  const auto [kind, shape] = cropped({{0, 1}, {2, 3}});
  EXPECT_EQ(kind, LayerKind(Crop2D{.rows = {0, 1}, .columns = {2, 3}}));
  EXPECT_EQ(shape, (Shape{3, 1, 1}));
  EXPECT_TRUE(std::holds_alternative<GlobalAveragePool2D>(layer_of("Cropping2D", Json::object()).first));
}

// [h, w, c] to [h * w, c], a dense layer of every pixel, and flat: a convolution of 1x1.
TEST(KerasShapes, RowsOfChannelsAreAPictureOfOneColumn) {
  Json model = tiny_config();
  const Json reshape =
      keras_layer("Reshape", "rows", {{"target_shape", {-1, 3}}, {"batch_input_shape", {nullptr, 2, 2, 3}}});
  const Json norm = keras_layer("BatchNormalization", "norm", {{"axis", {2}}});
  layers_of(model) = {reshape, keras_layer("Dense", "each", {{"units", 5}, {"activation", "relu"}}), norm,
                      keras_layer("Flatten", "flat"), keras_layer("Dense", "fc", {{"units", 2}})};
  const Network network = keras_file::parse_config(model.dump());
  EXPECT_EQ(std::get<Reshape>(network.layers[0].kind).shape, (Shape{4, 1, 3}));
  EXPECT_EQ(std::get<Conv2D>(network.layers[1].kind).kernel, (Pair{1, 1}));
  EXPECT_EQ(infer(network)[3].output, (Shape{20}));
  layers_of(model)[2] = keras_layer("MaxPooling2D", "pool");
  expect_contains(message_of([&] { keras_file::parse_config(model.dump()); }),
                  "layer 'pool' (MaxPooling2D): expected an input [height, width, channels], found [rows, channels]");
}

}  // namespace
}  // namespace fer
