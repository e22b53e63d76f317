// The table of layers.
#include <gtest/gtest.h>

#include "fer/layer_table.h"
#include "fer/network.h"
#include "tests/support/message.h"

namespace fer {
namespace {

TEST(Summary, PrintsASequentialNetworkAsKerasDoes) {
  Network network({48, 48, 1}, {"angry", "happy"});
  network.name = "small";
  network.add(Conv2D{.filters = 32, .activation = Activation::kRelu}).add(BatchNorm{}).add(MaxPool2D{});
  network.add(Flatten{}).add(Dense{.units = 2, .activation = Activation::kSoftmax});
  EXPECT_EQ(summary(network), R"(Model: "small"
________________________________________________________________________
 Layer (type)                              Output Shape        Param #
========================================================================
 conv2d (Conv2D)                           (None, 46, 46, 32)  320
 batch_normalization (BatchNormalization)  (None, 46, 46, 32)  128
 max_pooling2d (MaxPooling2D)              (None, 23, 23, 32)  0
 flatten (Flatten)                         (None, 16928)       0
 dense (Dense)                             (None, 2)           33858
========================================================================
Total params: 34,306
Trainable params: 34,242
Non-trainable params: 64
Multiply-adds per image: 643,264
________________________________________________________________________
)");
}

TEST(Summary, AGraphSaysWhatIsConnectedToWhat) {
  Network network({8, 8, 3});
  network.name = "graph";
  network.add(Conv2D{.filters = 3, .padding = Padding::same()}, "conv").add(Add{}, "sum", {"conv", "input"});
  EXPECT_EQ(summary(network), R"(Model: "graph"
___________________________________________________________
 Layer (type)        Output Shape     Param #  Connected to
===========================================================
 input (InputLayer)  (None, 8, 8, 3)  0
 conv (Conv2D)       (None, 8, 8, 3)  84       input
 sum (Add)           (None, 8, 8, 3)  0        conv
                                               input
===========================================================
Total params: 84
Trainable params: 84
Non-trainable params: 0
Multiply-adds per image: 5,184
___________________________________________________________
)");
}

TEST(Summary, MayHaveTheMultiplyAddsOfEachLayer) {
  Network network({8, 8, 3});
  network.name = "graph";
  network.add(Conv2D{.filters = 3, .padding = Padding::same()}, "conv").add(Add{}, "sum", {"conv", "input"});
  EXPECT_EQ(layer_table(network), R"(Model: "graph"
__________________________________________________________________________
 Layer (type)        Output Shape     Param #  Multiply-adds  Connected to
==========================================================================
 input (InputLayer)  (None, 8, 8, 3)  0        0
 conv (Conv2D)       (None, 8, 8, 3)  84       5,184          input
 sum (Add)           (None, 8, 8, 3)  0        0              conv
                                                              input
==========================================================================
Total params: 84
Trainable params: 84
Non-trainable params: 0
Multiply-adds per image: 5,184
__________________________________________________________________________
)");
}

TEST(Summary, RefusesANetworkThatDoesNotFit) {
  Network network({2, 2, 1});
  network.add(Conv2D{.filters = 1}, "conv");
  expect_contains(message_of([&] { summary(network); }), "layer 'conv'");
}

}  // namespace
}  // namespace fer
