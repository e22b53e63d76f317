// Networks made of another one, to ask it what it is not made to tell.
#pragma once

#include <string>

#include "fer/model.h"
#include "fer/network.h"

namespace fer::explain {

// An index into a network's layers, or -1 for its input.
inline constexpr int kInput = -1;

// Throws Error naming the layer where there is none of that name; "input" is kInput.
int find_layer(const Network& network, const std::string& name);

// The layer that Grad-CAM looks at by default (Explainer, fer/explain.h). Throws Error where none has rows and columns.
int last_maps(const Network& network);

// A network and weights that are its own.
struct Derived {
  Network network;
  Weights weights;
};

// The network without the softmax or the sigmoids that it ends in.
Network ending_in_scores(Network network);

// What gives a layer's output, flattened: the layers before it that it needs, with the same weights.
Derived front_of(const Network& network, const Weights& weights, int layer);

// The same network for gradients by a layer's output: a bias of zeros is added to each of its values, and is the only
// parameter that is trained, so that its gradient is that of the values. Batch norms use their moving moments, dropout
// drops nothing. It ends in logits: the scores of the classes before the last softmax or sigmoids, then a 0, from which
// the others can be told (see gradient.cc).
struct Probed {
  Derived derived;
  int bias = 0;  // index of the bias in derived.weights.layout.parameters
};
Probed probed(const Network& network, const Weights& weights, int layer);

}  // namespace fer::explain
