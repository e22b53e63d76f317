// A network out of Keras's layers.
#include <gtest/gtest.h>

#include "keras/model_bytes.h"
#include "tests/keras/tiny.h"
#include "tests/support/message.h"

namespace fer {
namespace {

std::string refusal(const Json& model) {
  return message_of([&] { keras_file::parse_config(model.dump()); });
}

// Whatever else is wrong leads away from what matters: that libfer has no such layer.
TEST(KerasBuilder, ALayerThatLibferDoesNotHaveIsNamedBeforeAllElse) {
  const char* const kRefusal = "layer 'memory' (LSTM): expected a layer that libfer has (docs/keras.md lists them)";
  const Json lstm = keras_layer("LSTM", "memory", {{"units", 8}});
  Json before = tiny_config();
  layers_of(before) = {
      keras_layer("Reshape", "rows", {{"target_shape", {7, 7}}, {"batch_input_shape", {nullptr, 4, 4, 1}}}), lstm,
      keras_layer("Dense", "fc", {{"units", 2}})};
  expect_contains(refusal(before), kRefusal);
  Json inner = tiny_config();
  layers_of(inner).insert(layers_of(inner).begin() + 1, before);
  layers_of(inner)[1]["config"]["name"] = "inner";
  expect_contains(refusal(inner), kRefusal);
  // Of a graph that cannot be read at all.
  Json graph = tiny_graph();
  layers_of(graph)[1] = lstm;
  layers_of(graph)[1]["name"] = "memory";
  layers_of(graph)[1]["inbound_nodes"] = {{{"in", 0, 0, Json::object()}}, {{"in", 0, 0, Json::object()}}};
  expect_contains(refusal(graph), kRefusal);
}

TEST(KerasBuilder, OtherLayersAreNamed) {
  for (const char* type : {"GRU", "Lambda", "Conv1D", "Conv2DTranspose", "Permute", "LayerNormalization",
                           "MultiHeadAttention", "TimeDistributed", "LocallyConnected2D"}) {
    Json model = tiny_config();
    layers_of(model)[1] = keras_layer(type, "other");
    expect_contains(refusal(model), std::string("layer 'other' (") + type + "): expected a layer that libfer has");
  }
}

}  // namespace
}  // namespace fer
