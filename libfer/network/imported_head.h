// What the outputs of a network from another program mean. libfer gives a probability of each class: a softmax's, which
// it puts on top of a network that ends in logits, or those of sigmoids (network/outputs.h).
#pragma once

#include <string>
#include <vector>

#include "fer/model.h"

namespace fer {

// Makes the last layers such that libfer's outputs are what the network says, and appends to `notes` one line on what
// was decided; none where the network ends in a softmax.
//   softmax or sigmoids before a Flatten, Reshape or Dropout   the activation becomes the last layer
//   one sigmoid p                                              two classes (1 - p, p): softmax(0, z), p = sigmoid(z)
//   several sigmoids                                           stay: a probability of each class on its own
//   linear, relu, tanh and the others, several                 stay: a softmax goes on top when the model is used
// Throws Error naming the layer on one output that is no sigmoid's: it tells no classes apart. The network must be
// whole, with one number per class; its class names are left alone.
void settle_head(Model& model, std::vector<std::string>& notes);

}  // namespace fer
